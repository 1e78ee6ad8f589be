package dev.gantry.controller.aws;

import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs requests with AWS Signature Version 4, for the command line and for our own calls. Received requests are
 * checked by {@link SignatureCheck}.
 */
public final class SigV4 {

    private static final int DERIVED_MAX = 64;

    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String TERMINATOR = "aws4_request";
    static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
    static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    // Proxies and HTTP clients set or change these on the way, so that a signature over them would not last.
    private static final Set<String> NEVER_SIGNED = Set.of(
            "authorization",
            "connection",
            "content-length",
            "expect",
            "transfer-encoding",
            "user-agent",
            "x-amzn-trace-id");

    private SigV4() {}

    /**
     * A request to sign.
     *
     * @param target  path and query as they go over the wire, percent encoded
     * @param headers must hold {@code Host}
     */
    public record Request(String method, String target, Headers headers, Body body) {

        /** A request to an address; {@code Host} is taken from it, with the port when it names one. */
        public static Request to(URI uri, String method, Map<String, String> headers, byte[] body) {
            String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
            String target = uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
            Headers fields = Headers.of("Host", uri.getRawAuthority());
            for (Map.Entry<String, String> header : headers.entrySet()) {
                fields = fields.with(header.getKey(), header.getValue());
            }
            return new Request(method, target, fields, Body.of(body));
        }
    }

    /** An access key with its secret. */
    public record Credentials(
            String accessKeyId, String secretKey, @Nullable String sessionToken) {

        /** Without the secrets, so that no log can hold them. */
        @Override
        public String toString() {
            return "Credentials[" + accessKeyId + "]";
        }
    }

    /** What a signature is good for. */
    public record Scope(String region, String service) {

        String on(String day) {
            return day + "/" + region + "/" + service + "/" + TERMINATOR;
        }
    }

    /** What a signing key is derived from. */
    private record Origin(String secretKey, Scope scope, String day) {

        /** Without the secret: what prints a record prints this. */
        @Override
        public String toString() {
            return "Origin[" + scope + ", " + day + "]";
        }
    }

    /** Nearly all calls of a day are of few keys and services, and deriving the signing key is most of a signature. */
    private static final Map<Origin, byte[]> DERIVED = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Origin, byte[]> eldest) {
            return size() > DERIVED_MAX;
        }
    };

    /** The headers to add to the request, {@code Authorization} among them. */
    public static Map<String, String> sign(Request request, Credentials credentials, Scope scope, Instant now) {
        String time = TIME.format(now);
        String bodyHash = sha256(request.body().bytes());
        Map<String, String> added = new LinkedHashMap<>();
        added.put("X-Amz-Date", time);
        added.put("X-Amz-Content-Sha256", bodyHash);
        if (credentials.sessionToken() != null) {
            added.put("X-Amz-Security-Token", credentials.sessionToken());
        }
        Headers headers = request.headers();
        for (Map.Entry<String, String> header : added.entrySet()) {
            headers = headers.with(header.getKey(), header.getValue());
        }
        List<String> signedHeaders = signable(headers);
        String canonical =
                new CanonicalRequest(request.method(), request.target(), headers, signedHeaders, bodyHash).text();
        String signature = signature(credentials.secretKey(), scope, time, canonical);
        added.put(
                "Authorization",
                ALGORITHM + " Credential=" + credentials.accessKeyId() + "/" + scope.on(day(time)) + ", SignedHeaders="
                        + String.join(";", signedHeaders) + ", Signature=" + signature);
        return added;
    }

    /** The target with the signature in its query, good for {@code expires} from {@code now}. */
    public static String presign(Request request, Credentials credentials, Scope scope, Instant now, Duration expires) {
        String time = TIME.format(now);
        List<String> signedHeaders = signable(request.headers());
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("X-Amz-Algorithm", ALGORITHM);
        parameters.put("X-Amz-Credential", credentials.accessKeyId() + "/" + scope.on(day(time)));
        parameters.put("X-Amz-Date", time);
        parameters.put("X-Amz-Expires", Long.toString(expires.toSeconds()));
        parameters.put("X-Amz-SignedHeaders", String.join(";", signedHeaders));
        if (credentials.sessionToken() != null) {
            parameters.put("X-Amz-Security-Token", credentials.sessionToken());
        }
        String query = parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + CanonicalRequest.encode(parameter.getValue(), false))
                .collect(Collectors.joining("&"));
        String target = request.target() + (request.target().contains("?") ? "&" : "?") + query;
        String canonical = new CanonicalRequest(
                        request.method(),
                        target,
                        request.headers(),
                        signedHeaders,
                        sha256(request.body().bytes()))
                .text();
        return target + "&X-Amz-Signature=" + signature(credentials.secretKey(), scope, time, canonical);
    }

    /** The signature in lower case hexadecimal digits. */
    static String signature(String secretKey, Scope scope, String time, String canonicalRequest) {
        byte[] key = signingKey(secretKey, scope, day(time));
        String text = ALGORITHM + "\n" + time + "\n" + scope.on(day(time)) + "\n"
                + sha256(canonicalRequest.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hmac(key, text));
    }

    private static byte[] signingKey(String secretKey, Scope scope, String day) {
        Origin origin = new Origin(secretKey, scope, day);
        synchronized (DERIVED) {
            byte[] known = DERIVED.get(origin);
            if (known != null) {
                return known;
            }
        }
        byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
        for (String part : List.of(day, scope.region(), scope.service(), TERMINATOR)) {
            key = hmac(key, part);
        }
        synchronized (DERIVED) {
            DERIVED.put(origin, key);
        }
        return key;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String day(String time) {
        return time.substring(0, 8);
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static List<String> signable(Headers headers) {
        Set<String> names = new TreeSet<>(headers.names());
        names.removeAll(NEVER_SIGNED);
        if (!names.contains("host")) {
            throw new IllegalArgumentException("a request without a Host header cannot be signed");
        }
        return List.copyOf(names);
    }
}
