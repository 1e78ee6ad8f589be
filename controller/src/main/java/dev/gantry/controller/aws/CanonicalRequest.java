package dev.gantry.controller.aws;

import dev.gantry.controller.http.Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The form of a request that Signature Version 4 signs, so that client and server hash the same bytes.
 *
 * @param target        as on the wire; {@code X-Amz-Signature} in its query is left out
 * @param signedHeaders lower case, in the order of the signature
 * @param bodyHash      of the body, or the word that stands for an unsigned one
 */
record CanonicalRequest(String method, String target, Headers headers, List<String> signedHeaders, String bodyHash) {

    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final String HEX = "0123456789ABCDEF";

    String text() {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question + 1);
        StringBuilder text = new StringBuilder();
        text.append(method.toUpperCase(Locale.ROOT)).append('\n');
        // The received path is encoded once more: all services but S3 sign the path encoded twice.
        text.append(encode(normalised(path), true)).append('\n');
        text.append(canonicalQuery(query)).append('\n');
        for (String name : signedHeaders) {
            List<String> values = headers.all(name).stream()
                    .map(CanonicalRequest::singleBlanks)
                    .toList();
            text.append(name).append(':').append(String.join(",", values)).append('\n');
        }
        text.append('\n').append(String.join(";", signedHeaders)).append('\n').append(bodyHash);
        return text.toString();
    }

    private static String singleBlanks(String value) {
        String text = value.strip();
        // Most values have none: a look is cheaper than a pattern, and every header of every request comes here.
        return text.chars().anyMatch(c -> c <= ' ') ? BLANKS.matcher(text).replaceAll(" ") : text;
    }

    /** Percent encodes all but letters, digits and {@code -._~}. */
    static String encode(String text, boolean keepSlash) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            append(encoded, octet, keepSlash);
        }
        return encoded.toString();
    }

    /** Brings what is percent encoded already to the one spelling that is signed. */
    static String recode(String encoded) {
        StringBuilder canonical = new StringBuilder(encoded.length() + 16);
        byte[] octets = encoded.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < octets.length; i++) {
            int high = i + 2 < octets.length ? Character.digit(octets[i + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(octets[i + 2], 16) : -1;
            if (octets[i] == '%' && low >= 0) {
                append(canonical, (byte) (high << 4 | low), false);
                i += 2;
            } else {
                append(canonical, octets[i] == '+' ? (byte) ' ' : octets[i], false);
            }
        }
        return canonical.toString();
    }

    private static void append(StringBuilder text, byte octet, boolean keepSlash) {
        char c = (char) (octet & 0xff);
        boolean plain =
                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0;
        if (plain || (c == '/' && keepSlash)) {
            text.append(c);
        } else {
            text.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
        }
    }

    private static String canonicalQuery(String query) {
        List<Parameter> parameters = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = recode(equals < 0 ? pair : pair.substring(0, equals));
            if (!pair.isEmpty() && !name.equals("X-Amz-Signature")) {
                parameters.add(new Parameter(name, equals < 0 ? "" : recode(pair.substring(equals + 1))));
            }
        }
        Collections.sort(parameters);
        return String.join(
                "&",
                parameters.stream()
                        .map(parameter -> parameter.name() + "=" + parameter.value())
                        .toList());
    }

    private record Parameter(String name, String value) implements Comparable<Parameter> {

        @Override
        public int compareTo(Parameter other) {
            int order = name.compareTo(other.name);
            return order != 0 ? order : value.compareTo(other.value);
        }
    }

    private static String normalised(String path) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        boolean trailing = path.endsWith("/") && !segments.isEmpty();
        return "/" + String.join("/", segments) + (trailing ? "/" : "");
    }
}
