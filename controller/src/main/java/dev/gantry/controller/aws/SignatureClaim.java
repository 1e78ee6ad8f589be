package dev.gantry.controller.aws;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a received request says of its signature, in the {@code Authorization} header or in the query. Nothing of it is
 * proven yet.
 *
 * @param day     of the scope, eight digits
 * @param time    as sent, {@code yyyyMMdd'T'HHmmss'Z'}
 * @param expires how long a presigned request is good for; absent in the header form
 */
record SignatureClaim(
        String accessKeyId,
        String day,
        SigV4.Scope scope,
        String time,
        List<String> signedHeaders,
        String signature,
        @Nullable String sessionToken,
        @Nullable Duration expires) {

    private static final Pattern BASIC_TIME = Pattern.compile("[0-9]{8}T[0-9]{6}Z");
    private static final long EXPIRES_SECONDS_MAX = Duration.ofDays(7).toSeconds();
    private static final int SIGNED_HEADERS_MAX = 100;
    private static final List<String> QUERY_PARAMETERS = List.of(
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "X-Amz-Signature",
            "X-Amz-SignedHeaders",
            "X-Amz-Date",
            "X-Amz-Expires");

    /** @throws AwsException when there is no signature or it is not complete */
    static SignatureClaim of(SigV4.Request request) {
        Map<String, String> query = amazonParameters(request.target());
        boolean inQuery = query.containsKey("X-Amz-Signature") || query.containsKey("X-Amz-Algorithm");
        List<String> authorization = request.headers().all("Authorization");
        if (authorization.size() > 1 || (inQuery && !authorization.isEmpty())) {
            throw invalid("The request is signed more than once.");
        }
        if (inQuery) {
            return presigned(query);
        }
        if (authorization.isEmpty()) {
            throw new AwsException("MissingAuthenticationTokenException", 403, "Missing Authentication Token");
        }
        return inHeader(authorization.getFirst(), request);
    }

    /** The time the client says it signed at. */
    Instant signedAt() {
        return instant(time);
    }

    static AwsException invalid(String message) {
        return new AwsException("InvalidSignatureException", 403, message);
    }

    private static AwsException incomplete(String message) {
        return new AwsException("IncompleteSignatureException", 403, message);
    }

    private static SignatureClaim inHeader(String authorization, SigV4.Request request) {
        Map<String, String> parts = parts(authorization);
        Optional<String> time = time(request);
        StringBuilder missing = new StringBuilder();
        for (String part : List.of("Credential", "Signature", "SignedHeaders")) {
            if (parts.getOrDefault(part, "").isEmpty()) {
                missing.append("Authorization header requires '").append(part).append("' parameter. ");
            }
        }
        if (time.isEmpty()) {
            missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
        }
        if (!missing.isEmpty()) {
            throw incomplete(missing + hashed(authorization));
        }
        String token = request.headers().first("X-Amz-Security-Token").orElse(null);
        return claim(parts, time.orElseThrow(), token, null);
    }

    private static SignatureClaim presigned(Map<String, String> query) {
        StringBuilder missing = new StringBuilder();
        for (String parameter : QUERY_PARAMETERS) {
            if (query.getOrDefault(parameter, "").isEmpty()) {
                missing.append("AWS query-string parameters must include '")
                        .append(parameter)
                        .append("'. ");
            }
        }
        if (!missing.isEmpty()) {
            throw incomplete(missing + "Re-examine the query-string parameters.");
        }
        if (!SigV4.ALGORITHM.equals(query.get("X-Amz-Algorithm"))) {
            throw incomplete("X-Amz-Algorithm must be '" + SigV4.ALGORITHM + "'.");
        }
        Map<String, String> parts = Map.of(
                "Credential", query.getOrDefault("X-Amz-Credential", ""),
                "SignedHeaders", query.getOrDefault("X-Amz-SignedHeaders", ""),
                "Signature", query.getOrDefault("X-Amz-Signature", ""));
        Duration expires = expires(query.getOrDefault("X-Amz-Expires", ""));
        return claim(parts, query.getOrDefault("X-Amz-Date", ""), query.get("X-Amz-Security-Token"), expires);
    }

    private static SignatureClaim claim(
            Map<String, String> parts, String time, @Nullable String token, @Nullable Duration expires) {
        String[] credential = parts.getOrDefault("Credential", "").split("/", -1);
        if (credential.length != 5) {
            throw incomplete("Credential must have exactly 5 slash-delimited elements, "
                    + "e.g. keyid/date/region/service/term, got: '" + parts.get("Credential") + "'");
        }
        if (!credential[4].equals(SigV4.TERMINATOR)) {
            throw invalid("Credential should be scoped with a valid terminator: '" + SigV4.TERMINATOR + "', not '"
                    + credential[4] + "'.");
        }
        instant(time);
        if (!credential[1].equals(time.substring(0, 8))) {
            throw invalid("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"
                    + credential[1] + "' != '" + time.substring(0, 8) + "', from '" + time + "'.");
        }
        List<String> signed = List.of(
                parts.getOrDefault("SignedHeaders", "").toLowerCase(Locale.ROOT).split(";", -1));
        if (signed.size() > SIGNED_HEADERS_MAX || signed.stream().distinct().count() != signed.size()) {
            throw invalid("SignedHeaders names a header more than once.");
        }
        SigV4.Scope scope = new SigV4.Scope(credential[2], credential[3]);
        String signature = parts.getOrDefault("Signature", "");
        return new SignatureClaim(credential[0], credential[1], scope, time, signed, signature, token, expires);
    }

    /** The key=value pairs after the algorithm; none at all for another kind of authorization. */
    private static Map<String, String> parts(String authorization) {
        Map<String, String> parts = new HashMap<>();
        if (!authorization.startsWith(SigV4.ALGORITHM + " ")) {
            return parts;
        }
        for (String part : authorization.substring(SigV4.ALGORITHM.length()).split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw incomplete("'" + part.strip() + "' not a valid key=value pair (missing equal-sign) in "
                        + "Authorization header. " + hashed(authorization));
            }
            if (parts.put(
                            part.substring(0, equals).strip(),
                            part.substring(equals + 1).strip())
                    != null) {
                throw incomplete("Authorization header names a parameter more than once. " + hashed(authorization));
            }
        }
        return parts;
    }

    private static Optional<String> time(SigV4.Request request) {
        List<String> times = request.headers().all("X-Amz-Date");
        if (times.size() > 1) {
            throw invalid("The header 'x-amz-date' is sent more than once.");
        }
        return times.isEmpty()
                ? request.headers().first("Date").map(SignatureClaim::basic)
                : Optional.of(times.getFirst());
    }

    /** A {@code Date} header may have HTTP's own form. */
    private static String basic(String date) {
        try {
            return SigV4.TIME.format(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
        } catch (DateTimeException _) {
            return date;
        }
    }

    private static Instant instant(String time) {
        try {
            if (BASIC_TIME.matcher(time).matches()) {
                return LocalDateTime.of(
                                number(time, 0, 4),
                                number(time, 4, 6),
                                number(time, 6, 8),
                                number(time, 9, 11),
                                number(time, 11, 13),
                                number(time, 13, 15))
                        .toInstant(ZoneOffset.UTC);
            }
        } catch (DateTimeException _) {
            // Refused below, like a time of another length.
        }
        throw incomplete("Date must be in ISO-8601 'basic format'. Got '" + time
                + "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    private static Duration expires(String seconds) {
        if (!seconds.matches("[0-9]{1,9}")) {
            throw incomplete("X-Amz-Expires must be a non-negative number of seconds.");
        }
        if (Long.parseLong(seconds) > EXPIRES_SECONDS_MAX) {
            throw incomplete("X-Amz-Expires must be less than a week (in seconds) that is " + EXPIRES_SECONDS_MAX);
        }
        return Duration.ofSeconds(Long.parseLong(seconds));
    }

    private static Map<String, String> amazonParameters(String target) {
        Map<String, String> found = new HashMap<>();
        int question = target.indexOf('?');
        if (question < 0 || !target.contains("X-Amz-")) {
            return found;
        }
        for (String pair : target.substring(question + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (!pair.startsWith("X-Amz-") || equals < 0) {
                continue;
            }
            if (found.put(pair.substring(0, equals), decoded(pair.substring(equals + 1))) != null) {
                throw invalid("The query names '" + pair.substring(0, equals) + "' more than once.");
            }
        }
        return found;
    }

    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw incomplete("The query-string parameters are not percent encoded correctly.");
        }
    }

    // The header may hold a usable signature: the client gets a hash to compare, as AWS gives it.
    private static String hashed(String authorization) {
        byte[] hash = HexFormat.of().parseHex(SigV4.sha256(authorization.getBytes(StandardCharsets.UTF_8)));
        return "(Hashed with SHA-256 and encoded with Base64) Authorization="
                + Base64.getEncoder().encodeToString(hash);
    }
}
