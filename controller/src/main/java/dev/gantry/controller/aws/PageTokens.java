package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and checks the tokens that lead to the next page of a list. A token is good for the operation and the query
 * that it was made for, and cannot be made by anybody else; it does not hide the position.
 */
public final class PageTokens {

    private static final int SEAL_BYTES = 16;
    private static final int TOKEN_CHARS_MAX = 4096;
    // These may differ from page to page of one list.
    private static final Set<String> NOT_PART_OF_QUERY = Set.of("nextToken", "maxResults");

    private final SecretKeySpec key;

    /** @param key at least 16 secret bytes; the same for all controllers of an installation, or pages break at a change */
    public PageTokens(byte[] key) {
        if (key.length < 16) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes is too short");
        }
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    /**
     * A token for the page after {@code position}.
     *
     * @param query    the call's input
     * @param position where the page ended, for example the name of its last entry
     */
    public String issue(String operation, JsonNode query, String position) {
        byte[] text = position.getBytes(StandardCharsets.UTF_8);
        byte[] seal = seal(operation, query, text);
        byte[] token = Arrays.copyOf(seal, SEAL_BYTES + text.length);
        System.arraycopy(text, 0, token, SEAL_BYTES, text.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /**
     * The position that a token was made for.
     *
     * @throws AwsException {@code InvalidParameterException} when it was made for another call, or not by us
     */
    public String check(String operation, JsonNode query, String token) {
        byte[] bytes = decoded(token);
        if (bytes.length >= SEAL_BYTES) {
            byte[] text = Arrays.copyOfRange(bytes, SEAL_BYTES, bytes.length);
            if (MessageDigest.isEqual(seal(operation, query, text), Arrays.copyOf(bytes, SEAL_BYTES))) {
                return new String(text, StandardCharsets.UTF_8);
            }
        }
        throw new AwsException("InvalidParameterException", "Invalid token in the request");
    }

    private static byte[] decoded(String token) {
        try {
            return token.length() > TOKEN_CHARS_MAX
                    ? new byte[0]
                    : Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException _) {
            return new byte[0];
        }
    }

    private byte[] seal(String operation, JsonNode query, byte[] position) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            // Each part is closed by a byte that is in none of them: UTF-8 has no 0xff.
            mac.update(operation.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0xff);
            mac.update(canonical(query).getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0xff);
            return Arrays.copyOf(mac.doFinal(position), SEAL_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    /** The same text for the same query, whatever the order of its members. */
    private static String canonical(JsonNode query) {
        Map<String, String> members = new TreeMap<>();
        for (Map.Entry<String, JsonNode> member : query.properties()) {
            if (!NOT_PART_OF_QUERY.contains(member.getKey())) {
                JsonNode value = member.getValue();
                members.put(member.getKey(), value.isObject() ? canonical(value) : value.toString());
            }
        }
        StringBuilder text = new StringBuilder("{");
        members.forEach((name, value) ->
                text.append(name.length()).append(':').append(name).append(value));
        return text.append('}').toString();
    }
}
