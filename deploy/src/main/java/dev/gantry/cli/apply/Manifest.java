package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * One document of the Kubernetes API, checked only as far as that can be done without asking a server.
 *
 * @param namespace as written; empty where the document does not say
 * @param object    the document itself
 * @param source    file and line, for messages
 */
public record Manifest(
        String apiVersion, String kind, String namespace, String name, ObjectNode object, String source) {

    /** {@code apps}; empty for the kinds of {@code v1}. */
    public String group() {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }
}
