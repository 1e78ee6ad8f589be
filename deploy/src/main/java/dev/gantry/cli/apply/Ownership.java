package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tags by which apply remembers what it did. {@code gantry:last-applied} is a hash of the document: only when the
 * document itself has changed can a member of the object that it does not mention be one that was taken out of it.
 * (A tag is too small for the document, and a hash is all that this question needs.)
 */
final class Ownership {

    static final String PREFIX = "gantry:";
    static final String LAST_APPLIED = "gantry:last-applied";
    static final String APPLY_SET = "gantry:apply-set";

    private Ownership() {}

    static Map<String, String> tags(JsonNode object) {
        Map<String, String> tags = new LinkedHashMap<>();
        object.path("tags")
                .forEach(tag ->
                        tags.put(tag.path("key").asText(), tag.path("value").asText("")));
        return tags;
    }

    /** The user's tags and ours. */
    static Map<String, String> wanted(Document document, String applySet) {
        Map<String, String> tags = tags(document.spec());
        tags.put(LAST_APPLIED, hash(document.spec()));
        if (!applySet.isEmpty()) {
            tags.put(APPLY_SET, applySet);
        }
        return tags;
    }

    static ArrayNode array(Map<String, String> tags) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        tags.forEach((key, value) -> array.addObject().put("key", key).put("value", value));
        return array;
    }

    /** The same for documents that say the same, however their members are ordered. */
    static String hash(ObjectNode spec) {
        try {
            byte[] text = sorted(spec).toString().getBytes(StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static JsonNode sorted(JsonNode node) {
        if (node.isObject()) {
            Map<String, JsonNode> members = new TreeMap<>();
            node.properties().forEach(member -> members.put(member.getKey(), sorted(member.getValue())));
            return JsonNodeFactory.instance.objectNode().setAll(members);
        }
        if (node.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            node.forEach(element -> array.add(sorted(element)));
            return array;
        }
        return node;
    }
}
