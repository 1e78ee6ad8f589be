package dev.gantry.controller.kube.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import java.util.Map;

/** RFC 7386: members replace members, null removes one, and a list is replaced as a whole. */
public final class MergePatch {

    private MergePatch() {}

    /** The arguments stay as they are. */
    public static JsonNode apply(JsonNode live, JsonNode patch) {
        if (!(patch instanceof ObjectNode members)) {
            return patch.deepCopy();
        }
        ObjectNode result = live instanceof ObjectNode object ? object.deepCopy() : Json.object();
        for (Map.Entry<String, JsonNode> member : members.properties()) {
            if (member.getValue().isNull()) {
                result.remove(member.getKey());
            } else {
                result.set(member.getKey(), apply(result.path(member.getKey()), member.getValue()));
            }
        }
        return result;
    }
}
