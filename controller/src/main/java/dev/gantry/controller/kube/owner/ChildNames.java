package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Names that follow from what they name, so that deciding twice yields the same ones. */
public final class ChildNames {

    /** Upstream's: no vowels, so that no words come out, and nothing that looks like something else. */
    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

    private static final int SUFFIX_LENGTH = 5;
    private static final int PREFIX_MAX = 58;

    private ChildNames() {}

    /**
     * The uid of what an owner makes.
     *
     * @param made how many it made before
     */
    public static String uid(String ownerUid, long made) {
        return UUID.nameUUIDFromBytes((ownerUid + "/made/" + made).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** As upstream makes a name out of {@code generateName}. */
    public static String generated(String prefix, String ownerUid, long made) {
        StringBuilder name = new StringBuilder(prefix.substring(0, Math.min(prefix.length(), PREFIX_MAX)));
        byte[] digest = digest(ownerUid + "/name/" + made);
        for (int i = 0; i < SUFFIX_LENGTH; i++) {
            name.append(LETTERS.charAt(Math.floorMod(digest[i], LETTERS.length())));
        }
        return name.toString();
    }

    /**
     * Tells templates of pods apart; the order of members does not matter.
     *
     * @param collisions how often another template had the same hash before
     */
    public static String hash(JsonNode template, int collisions) {
        StringBuilder text = new StringBuilder();
        write(template, text);
        if (collisions > 0) {
            text.append(collisions);
        }
        long number =
                Integer.toUnsignedLong(ByteBuffer.wrap(digest(text.toString())).getInt());
        StringBuilder hash = new StringBuilder();
        Long.toString(number)
                .chars()
                .forEach(digit -> hash.append(LETTERS.charAt(Math.floorMod(digit, LETTERS.length()))));
        return hash.toString();
    }

    private static void write(JsonNode node, StringBuilder text) {
        if (node.isObject()) {
            Map<String, JsonNode> members = new TreeMap<>();
            node.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
            text.append('{');
            members.forEach((name, value) -> {
                text.append('"').append(name).append("\":");
                write(value, text);
                text.append(',');
            });
            text.append('}');
        } else if (node.isArray()) {
            text.append('[');
            node.forEach(item -> {
                write(item, text);
                text.append(',');
            });
            text.append(']');
        } else {
            text.append(node);
        }
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
