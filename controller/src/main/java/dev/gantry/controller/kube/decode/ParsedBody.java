package dev.gantry.controller.kube.decode;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A body as a tree, before anything is known of its kind.
 *
 * @param duplicates what is said of members that stand there twice; the last one counts
 */
record ParsedBody(JsonNode tree, List<String> duplicates) {

    /** How deep objects and lists may stand in one another: less than what can be read back from the store. */
    static final int DEPTH_MAX = 100;

    /** As in Kubernetes. */
    static final int BYTES_MAX = 3 * 1024 * 1024;

    static String member(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
