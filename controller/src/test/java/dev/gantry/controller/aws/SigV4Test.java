package dev.gantry.controller.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SigV4Test {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final AccessKey KEY = AccessKey.lasting("AKIDEXAMPLE", SECRET, "arn:aws:iam::000000000000:root");
    private static final SigV4.Credentials CREDENTIALS = new SigV4.Credentials("AKIDEXAMPLE", SECRET, null);
    private static final SigV4.Scope SCOPE = new SigV4.Scope("eu-central-1", "ecs");

    @TestFactory
    Stream<DynamicTest> acceptsWhatBotocoreSigned() throws IOException {
        return goldens()
                .map(golden -> DynamicTest.dynamicTest(golden.path("name").asText(), () -> {
                    SigV4.Request request = request(golden);
                    SignatureCheck.verify(request, SignatureClaim.of(request), key(golden), NOW);
                }));
    }

    @TestFactory
    Stream<DynamicTest> refusesWhatBotocoreSignedWithAnotherSecret() throws IOException {
        return goldens()
                .map(golden -> DynamicTest.dynamicTest(golden.path("name").asText(), () -> {
                    SigV4.Request request = request(golden);
                    AccessKey right = key(golden);
                    AccessKey wrong =
                            new AccessKey(right.id(), SECRET + "x", right.principalArn(), right.sessionToken(), null);
                    assertThatThrownBy(() -> SignatureCheck.verify(request, SignatureClaim.of(request), wrong, NOW))
                            .hasMessageStartingWith("The request signature we calculated does not match");
                }));
    }

    @Test
    void acceptsItsOwnSignaturesOfAnyRequest() {
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L);
            SigV4.Request plain = any(random);
            SigV4.Request signed = signed(plain);
            SigV4.Request presigned = new SigV4.Request(
                    plain.method(),
                    SigV4.presign(plain, CREDENTIALS, SCOPE, NOW, Duration.ofMinutes(1)),
                    plain.headers(),
                    plain.body());
            assertThat(verdict(signed)).as("seed %s: %s", seed, signed.target()).isEqualTo("accepted");
            assertThat(verdict(presigned))
                    .as("seed %s: %s", seed, presigned.target())
                    .isEqualTo("accepted");
        }
    }

    @Test
    void refusesEverySingleChangeOfASignedRequest() {
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L);
            SigV4.Request signed = signed(any(random));
            assertThat(verdict(changed(signed, random))).as("seed %s", seed).isNotEqualTo("accepted");
        }
    }

    @Test
    void signsAnAddressWithItsHost() {
        SigV4.Request request =
                SigV4.Request.to(URI.create("https://gantry.example:4566/a%20b?x=1"), "POST", Map.of(), new byte[0]);
        assertThat(request.target()).isEqualTo("/a%20b?x=1");
        assertThat(request.headers().all("host")).containsExactly("gantry.example:4566");
        assertThat(SigV4.sign(request, new SigV4.Credentials("A", "s", "token"), SCOPE, NOW))
                .containsOnlyKeys("X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token", "Authorization")
                .extractingByKey("Authorization")
                .asString()
                .startsWith("AWS4-HMAC-SHA256 Credential=A/20260102/eu-central-1/ecs/aws4_request, "
                        + "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=");
    }

    @Test
    void toleratesFifteenMinutesOfClockDifference() {
        SigV4.Request request = signed(plain());
        assertThat(verdict(request, NOW.plusSeconds(900))).isEqualTo("accepted");
        assertThat(verdict(request, NOW.minusSeconds(900))).isEqualTo("accepted");
        assertThat(verdict(request, NOW.plusSeconds(901)))
                .isEqualTo("InvalidSignatureException 400: Signature expired: 20260102T030405Z is now earlier than "
                        + "20260102T030406Z (20260102T031906Z - 15 min.)");
        assertThat(verdict(request, NOW.minusSeconds(901)))
                .isEqualTo("InvalidSignatureException 400: Signature not yet current: 20260102T030405Z is still later "
                        + "than 20260102T030404Z (20260102T024904Z + 15 min.)");
    }

    @Test
    void refusesAPresignedRequestAfterItsTime() {
        SigV4.Request plain = plain();
        String target = SigV4.presign(plain, CREDENTIALS, SCOPE, NOW, Duration.ofHours(2));
        SigV4.Request request = new SigV4.Request(plain.method(), target, plain.headers(), plain.body());
        assertThat(verdict(request, NOW.plus(Duration.ofHours(2)))).isEqualTo("accepted");
        assertThat(verdict(request, NOW.plus(Duration.ofHours(2)).plusSeconds(1)))
                .isEqualTo("RequestExpired 400: Request has expired: it was good until 20260102T050405Z and it is "
                        + "20260102T050406Z now.");
    }

    @Test
    void takesATemporaryKeyOnlyWithItsTokenAndBeforeItsEnd() {
        AccessKey temporary = new AccessKey("AKIDEXAMPLE", SECRET, "arn", "right", NOW.plusSeconds(60));
        SigV4.Request right = signed(plain(), new SigV4.Credentials("AKIDEXAMPLE", SECRET, "right"));
        SigV4.Request wrong = signed(plain(), new SigV4.Credentials("AKIDEXAMPLE", SECRET, "wrong"));
        assertThat(verdict(right, temporary, NOW)).isEqualTo("accepted");
        assertThat(verdict(right, temporary, NOW.plusSeconds(60)))
                .isEqualTo("ExpiredTokenException 403: The security token included in the request is expired");
        String unknown = "UnrecognizedClientException 403: The security token included in the request is invalid.";
        assertThat(verdict(wrong, temporary, NOW)).isEqualTo(unknown);
        assertThat(verdict(signed(plain()), temporary, NOW)).isEqualTo(unknown);
        assertThat(verdict(right, KEY, NOW)).isEqualTo(unknown);
    }

    @Test
    void showsNoSecretWhenPrinted() {
        assertThat(CREDENTIALS + " " + KEY + " " + Headers.of("Authorization", SECRET) + Body.of(SECRET))
                .doesNotContain(SECRET);
    }

    private static SigV4.Request plain() {
        return new SigV4.Request("POST", "/", Headers.of("Host", "localhost:4566"), Body.of("{}"));
    }

    private static SigV4.Request any(SplittableRandom random) {
        String letters = "az09-._~/%20%C3%BC:@,;'()*!$";
        StringBuilder target = new StringBuilder("/");
        for (int i = random.nextInt(12); i > 0; i--) {
            int at = random.nextInt(letters.length());
            target.append(letters.charAt(at) == '%' ? "%2F" : letters.charAt(at));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            target.append(target.indexOf("?") < 0 ? '?' : '&').append((char) ('a' + random.nextInt(3)));
            target.append(random.nextBoolean() ? "=" + random.nextInt(100) + "%2B~" : "");
        }
        Headers headers = Headers.of("Host", "h" + random.nextInt(9), "X-Note", "a  b " + random.nextInt(9));
        byte[] body = new byte[random.nextInt(40)];
        random.nextBytes(body);
        return new SigV4.Request(random.nextBoolean() ? "POST" : "GET", target.toString(), headers, Body.of(body));
    }

    /** The request with one thing changed that its signature covers. */
    private static SigV4.Request changed(SigV4.Request signed, SplittableRandom random) {
        String method = signed.method();
        String target = signed.target();
        Headers headers = signed.headers();
        Body body = signed.body();
        switch (random.nextInt(6)) {
            case 0 -> method = "DELETE";
            case 1 -> target = "/changed" + target;
            case 2 -> target += (target.contains("?") ? "&" : "?") + "more=1";
            case 3 -> body = Body.of(body.text() + "x");
            case 4 -> headers = headers.with("X-Amz-Target", "Unsigned");
            default -> headers = headers.with("x-note", "twice");
        }
        return new SigV4.Request(method, target, headers, body);
    }

    private static SigV4.Request signed(SigV4.Request plain) {
        return signed(plain, CREDENTIALS);
    }

    private static SigV4.Request signed(SigV4.Request plain, SigV4.Credentials credentials) {
        Headers headers = plain.headers();
        for (Map.Entry<String, String> added :
                SigV4.sign(plain, credentials, SCOPE, NOW).entrySet()) {
            headers = headers.with(added.getKey(), added.getValue());
        }
        return new SigV4.Request(plain.method(), plain.target(), headers, plain.body());
    }

    private static String verdict(SigV4.Request request) {
        return verdict(request, KEY, NOW);
    }

    private static String verdict(SigV4.Request request, Instant now) {
        return verdict(request, KEY, now);
    }

    private static String verdict(SigV4.Request request, AccessKey key, Instant now) {
        try {
            SignatureCheck.verify(request, SignatureClaim.of(request), key, now);
            return "accepted";
        } catch (AwsException e) {
            return e.code() + " " + e.status() + ": " + e.getMessage();
        }
    }

    private static Stream<JsonNode> goldens() throws IOException {
        try (InputStream in = Objects.requireNonNull(SigV4Test.class.getResourceAsStream("/sigv4/goldens.json"))) {
            return StreamSupport.stream(new ObjectMapper().readTree(in).spliterator(), false);
        }
    }

    private static AccessKey key(JsonNode golden) {
        String token =
                golden.path("token").isNull() ? null : golden.path("token").asText();
        return new AccessKey(KEY.id(), SECRET, KEY.principalArn(), token, null);
    }

    private static SigV4.Request request(JsonNode golden) {
        Headers headers = Headers.NONE;
        for (JsonNode header : golden.path("headers")) {
            headers = headers.with(header.get(0).asText(), header.get(1).asText());
        }
        Body body = Body.of(golden.path("body").asText().getBytes(StandardCharsets.UTF_8));
        return new SigV4.Request(
                golden.path("method").asText(), golden.path("target").asText(), headers, body);
    }
}
