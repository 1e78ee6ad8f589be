package dev.gantry.controller.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What broken and malicious calls get: the exact error, and never an error of ours. */
class HostileInputTest {

    private static final String SERIALIZATION = "400 SerializationException: ";
    private static final String INVALID = "400 InvalidParameterException: 1 validation error detected: ";
    private static final String DUPLICATE = "The signed header '%s' was sent more than once.";

    private final Door door = Door.signed();

    /** A body for CreateService, unless another operation is named. */
    private record Case(String name, String operation, Body body, String answer) {}

    @TestFactory
    Stream<DynamicTest> answersEachBrokenBodyWithItsExactError() {
        return bodies().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    HttpRequest request = Door.call(
                            Headers.of("Host", "h", "X-Amz-Target", Door.TARGET_PREFIX + c.operation()), c.body());
                    assertThat(Door.summary(door.frontDoor.handle(request))).isEqualTo(c.answer());
                    assertThat(door.inputs).as("nothing reached the service").isEmpty();
                }));
    }

    @TestFactory
    Stream<DynamicTest> answersEachBrokenSignatureWithItsExactError() {
        return signatures().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    assertThat(Door.summary(door.frontDoor.handle(c.request()))).isEqualTo(c.answer());
                    assertThat(door.inputs).as("nothing reached the service").isEmpty();
                }));
    }

    private static List<Case> bodies() {
        List<Case> cases = new ArrayList<>();
        String json = "{\"serviceName\":\"a\",";
        malformed(cases);
        wrongTypes(cases, json);
        constraints(cases, json);
        return cases;
    }

    private static void malformed(List<Case> cases) {
        add(
                cases,
                "no JSON at all",
                "hello",
                SERIALIZATION
                        + "Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token"
                        + " 'null', 'true' or 'false') (line 1, column 1)");
        add(
                cases,
                "cut off",
                "{\"serviceName\":",
                SERIALIZATION + "Unexpected end-of-input within/between Object entries (line 1, column 16)");
        add(
                cases,
                "cut off in a text",
                "{\"serviceName\":\"a",
                SERIALIZATION + "Unexpected end-of-input in VALUE_STRING (line 1, column 18)");
        add(
                cases,
                "not closed",
                "{",
                SERIALIZATION + "Unexpected end-of-input: expected close marker for Object (line 1, column 2)");
        add(
                cases,
                "trailing garbage",
                "{} {}",
                SERIALIZATION + "There is more after the end of the value (line 1, column 5)");
        add(
                cases,
                "a trailing comma",
                "{\"serviceName\":\"a\",}",
                SERIALIZATION
                        + "Unexpected character ('}' (code 125)): was expecting double-quote to start field name "
                        + "(line 1, column 20)");
        add(
                cases,
                "single quotes",
                "{'serviceName':'a'}",
                SERIALIZATION
                        + "Unexpected character (''' (code 39)): was expecting double-quote to start field name "
                        + "(line 1, column 2)");
        add(cases, "a comment", "{/*x*/}", SERIALIZATION + "Unexpected character ('/' (code 47)) (line 1, column 2)");
        add(
                cases,
                "a raw line break in a text",
                "{\"serviceName\":\"a\nb\"}",
                SERIALIZATION
                        + "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be"
                        + " included in string value (line 1, column 18)");
        add(
                cases,
                "NaN",
                "{\"serviceName\":\"a\",\"desiredCount\":NaN}",
                SERIALIZATION + "Non-standard token 'NaN' " + "(line 1, column 38)");
        add(
                cases,
                "a number without end",
                "{\"desiredCount\":1e400}",
                SERIALIZATION + "The number is too large (line 1, column 22)");
        add(
                cases,
                "a number of 200 digits",
                "{\"desiredCount\":" + "9".repeat(200) + "}",
                SERIALIZATION + "Number value length (200) exceeds the maximum allowed (100) (line 1, column 217)");
        add(
                cases,
                "a key given twice",
                "{\"serviceName\":\"a\",\"serviceName\":\"b\"}",
                SERIALIZATION + "Duplicate field 'serviceName' (line 1, column 37)");
        add(
                cases,
                "a key given twice by an escape",
                "{\"serviceName\":\"a\",\"\\u0073erviceName\":\"b\"}",
                SERIALIZATION + "Duplicate field 'serviceName' (line 1, column 42)");
        add(
                cases,
                "an unknown key given twice below",
                "{\"x\":{\"y\":1,\"y\":null}}",
                SERIALIZATION + "Duplicate field 'y' (line 1, column 21)");
        add(
                cases,
                "a depth of 100,000",
                "[".repeat(100_000),
                SERIALIZATION + "Document nesting depth (65) exceeds the maximum allowed (64) (line 1, column 66)");
        add(
                cases,
                "a depth of 65 in an unknown member",
                "{\"x\":" + "[".repeat(64) + "]".repeat(64) + "}",
                SERIALIZATION + "Document nesting depth (65) exceeds the maximum allowed (64) (line 1, column 70)");
        add(
                cases,
                "20,001 values",
                "{\"x\":[" + "1,".repeat(20_000) + "1]}",
                SERIALIZATION + "There are more than 20000 values (line 1, column 40004)");
        add(
                cases,
                "a text of more than 256 KiB",
                "{\"serviceName\":\"" + "a".repeat((256 << 10) + 1) + "\"}",
                SERIALIZATION
                        + "String value length (262145) exceeds the maximum allowed (262144) (line 1, column 262163)");
        cases.add(new Case(
                "no UTF-8",
                "CreateService",
                Body.of(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}),
                SERIALIZATION + "Invalid UTF-8 start byte 0xff (line 1, column 5)"));
        add(cases, "a list as the body", "[]", SERIALIZATION + "Expected a JSON object as the body");
        add(cases, "a text as the body", "\"a\"", SERIALIZATION + "Expected a JSON object as the body");
        add(cases, "null as the body", "null", SERIALIZATION + "Expected a JSON object as the body");
    }

    private static void wrongTypes(List<Case> cases, String json) {
        add(
                cases,
                "a text for a number",
                json + "\"desiredCount\":\"2\"}",
                SERIALIZATION + "STRING_VALUE cannot be converted to Integer (at 'desiredCount')");
        add(
                cases,
                "a number for a text",
                "{\"serviceName\":1}",
                SERIALIZATION + "NUMBER_VALUE cannot be converted to String (at 'serviceName')");
        add(
                cases,
                "true for a text",
                "{\"serviceName\":true}",
                SERIALIZATION + "TRUE_VALUE cannot be converted to String (at 'serviceName')");
        add(
                cases,
                "a text for a boolean",
                json + "\"enableECSManagedTags\":\"true\"}",
                SERIALIZATION + "STRING_VALUE cannot be converted to Boolean (at 'enableECSManagedTags')");
        add(
                cases,
                "a structure for a text",
                "{\"serviceName\":{}}",
                SERIALIZATION + "Start of structure or map found where not expected (at 'serviceName')");
        add(
                cases,
                "a list for a text",
                "{\"serviceName\":[]}",
                SERIALIZATION + "Start of list found where not expected (at 'serviceName')");
        add(cases, "a text for a list", json + "\"tags\":\"a\"}", SERIALIZATION + "Expected list or null (at 'tags')");
        add(
                cases,
                "a structure for a list",
                json + "\"tags\":{}}",
                SERIALIZATION + "Start of structure or map found where not expected (at 'tags')");
        add(
                cases,
                "a text for a structure",
                json + "\"networkConfiguration\":\"a\"}",
                SERIALIZATION + "Expected map or null (at 'networkConfiguration')");
        add(
                cases,
                "a list for a structure",
                json + "\"networkConfiguration\":[]}",
                SERIALIZATION + "Start of list found where not expected (at 'networkConfiguration')");
        add(
                cases,
                "a wrong type far below",
                json + "\"tags\":[{\"key\":\"a\"},{\"key\":7}]}",
                SERIALIZATION + "NUMBER_VALUE cannot be converted to String (at 'tags.2.member.key')");
        add(
                cases,
                "null in a list",
                json + "\"tags\":[null]}",
                SERIALIZATION + "A list must not hold null (at 'tags.1.member')");
    }

    private static void constraints(List<Case> cases, String json) {
        String required = "Value null at 'serviceName' failed to satisfy constraint: Member must not be null";
        add(cases, "nothing of what is required", "{}", INVALID + required);
        add(cases, "an empty body", "", INVALID + required);
        add(cases, "null for what is required", "{\"serviceName\":null}", INVALID + required);
        add(cases, "another case of a required name", "{\"ServiceName\":\"a\"}", INVALID + required);
        add(
                cases,
                "a value that is not in the enum",
                json + "\"launchType\":\"MOON\"}",
                INVALID
                        + "Value 'MOON' at 'launchType' failed to satisfy constraint: Member must satisfy enum value"
                        + " set: [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]");
        add(
                cases,
                "another case of an enum value",
                json + "\"launchType\":\"ec2\"}",
                INVALID
                        + "Value 'ec2' at 'launchType' failed to satisfy constraint: Member must satisfy enum value"
                        + " set: [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]");
        add(
                cases,
                "control characters in a message",
                json + "\"launchType\":\"\\u001b[31m\\r\\n\\u202e\"}",
                INVALID
                        + "Value '\\u001b[31m\\u000d\\u000a\\u202e' at 'launchType' failed to satisfy constraint:"
                        + " Member must satisfy enum value set: [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]");
        add(
                cases,
                "2^31",
                json + "\"desiredCount\":2147483648}",
                INVALID
                        + "Value '2147483648' at 'desiredCount' failed to satisfy constraint: Member must be a whole"
                        + " number between -2147483648 and 2147483647");
        add(
                cases,
                "half a task",
                json + "\"desiredCount\":0.5}",
                INVALID
                        + "Value '0.5' at 'desiredCount' failed to satisfy constraint: Member must be a whole number "
                        + "between -2147483648 and 2147483647");
        add(
                cases,
                "a number above its range",
                json + "\"capacityProviderStrategy\":[{\"capacityProvider\":\"a\"," + "\"weight\":1001}]}",
                INVALID + "Value '1001' at 'capacityProviderStrategy.1.member.weight' failed "
                        + "to satisfy constraint: Member must have value less than or equal to 1000");
        add(
                cases,
                "a number below its range",
                json + "\"capacityProviderStrategy\":[{\"capacityProvider\":\"a\"," + "\"weight\":-1}]}",
                INVALID + "Value '-1' at 'capacityProviderStrategy.1.member.weight' failed "
                        + "to satisfy constraint: Member must have value greater than or equal to 0");
        add(
                cases,
                "51 tags",
                json + "\"tags\":["
                        + IntStream.range(0, 51)
                                .mapToObj(i -> "{\"key\":\"" + i + "\"}")
                                .collect(Collectors.joining(","))
                        + "]}",
                INVALID
                        + "Value '51 entries' at 'tags' failed to satisfy constraint: Member must have length less"
                        + " than or equal to 50");
        add(
                cases,
                "an empty tag key",
                json + "\"tags\":[{\"key\":\"\"}]}",
                INVALID
                        + "Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length"
                        + " greater than or equal to 1");
        add(
                cases,
                "a tag key that is too long",
                json + "\"tags\":[{\"key\":\"" + "k".repeat(300) + "\"}]}",
                INVALID
                        + "Value '" + "k".repeat(256)
                        + "...' at 'tags.1.member.key' failed to satisfy constraint: Member must "
                        + "have length less than or equal to 128");
        cases.add(new Case(
                "two constraints at once",
                "CreateService",
                Body.of("{\"launchType\":\"a\"}"),
                "400 InvalidParameterException: 2 validation errors detected: "
                        + required + "; Value 'a' at 'launchType' failed to satisfy constraint: Member must satisfy "
                        + "enum value set: [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]"));
        cases.add(new Case(
                "an unknown operation",
                "Frobnicate",
                Body.of("{}"),
                "404 UnknownOperationException: ECS has no operation 'Frobnicate'."));
        cases.add(new Case(
                "an operation in another case",
                "createService",
                Body.of("{}"),
                "404 UnknownOperationException: ECS has no operation 'createService'."));
    }

    private static void add(List<Case> cases, String name, String body, String answer) {
        cases.add(new Case(name, "CreateService", Body.of(body), answer));
    }

    private record Broken(String name, HttpRequest request, String answer) {}

    private static List<Broken> signatures() {
        HttpRequest good = Door.call("ListClusters", "{}");
        String authorization = good.headers().first("Authorization").orElseThrow();
        String hash = "(Hashed with SHA-256 and encoded with Base64) Authorization=";
        String invalid = "403 InvalidSignatureException: ";
        String incomplete = "403 IncompleteSignatureException: ";
        String mismatch = invalid + "The request signature we calculated does not match the signature you provided. "
                + "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
        return List.of(
                new Broken(
                        "no signature",
                        without(good, "Authorization"),
                        "403 MissingAuthenticationTokenException: Missing Authentication Token"),
                new Broken(
                        "another kind of authorization",
                        replaced(good, "Authorization", "Bearer abc"),
                        incomplete + "Authorization header requires 'Credential' parameter. Authorization header "
                                + "requires 'Signature' parameter. Authorization header requires 'SignedHeaders' "
                                + "parameter. " + hash + "w1Xc6WwWEogNEZQP/dkBTThsJT4MNlKmzQanIm970rY="),
                new Broken(
                        "no date",
                        without(good, "X-Amz-Date"),
                        incomplete + "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                                + "header. " + hash + hashOf(authorization)),
                new Broken(
                        "a date in another form",
                        replaced(good, "X-Amz-Date", "2026-01-02"),
                        incomplete + "Date must be in ISO-8601 'basic format'. Got '2026-01-02'. See "
                                + "http://en.wikipedia.org/wiki/ISO_8601"),
                new Broken(
                        "the date of another day",
                        replaced(good, "X-Amz-Date", "20260103T030405Z"),
                        invalid + "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                                + "from HTTP: '20260102' != '20260103', from '20260103T030405Z'."),
                new Broken(
                        "a scope that is too short",
                        replaced(good, "Authorization", authorization.replace("/eu-central-1", "")),
                        incomplete + "Credential must have exactly 5 slash-delimited elements, e.g. "
                                + "keyid/date/region/service/term, got: 'AKIDEXAMPLE/20260102/ecs/aws4_request'"),
                new Broken(
                        "another terminator",
                        replaced(good, "Authorization", authorization.replace("aws4_request", "aws5_request")),
                        invalid + "Credential should be scoped with a valid terminator: 'aws4_request', not "
                                + "'aws5_request'."),
                new Broken(
                        "an unknown key",
                        replaced(good, "Authorization", authorization.replace("AKIDEXAMPLE", "AKIDOTHER")),
                        "403 UnrecognizedClientException: The security token included in the request is invalid."),
                new Broken(
                        "another region in the scope",
                        replaced(good, "Authorization", authorization.replace("eu-central-1", "us-east-1")),
                        mismatch),
                new Broken(
                        "another signature",
                        replaced(good, "Authorization", authorization.replaceAll("Signature=.*", "Signature=abc")),
                        mismatch),
                new Broken(
                        "a service that was not signed for",
                        Door.call("iam", "AKIDEXAMPLE", plain("ListClusters"), Body.of("{}")),
                        invalid + "Credential should be scoped to correct service: 'ecs'."),
                new Broken(
                        "another body",
                        new HttpRequest("POST", "/", "/", good.headers(), Body.of("{ }"), "", false),
                        invalid + "The provided 'x-amz-content-sha256' header does not match what was computed."),
                new Broken(
                        "another operation",
                        replaced(good, "X-Amz-Target", Door.TARGET_PREFIX + "DescribeClusters"),
                        mismatch),
                new Broken(
                        "a signed header sent twice",
                        with(good, "x-amz-target", Door.TARGET_PREFIX + "DeleteCluster"),
                        invalid + DUPLICATE.formatted("x-amz-target")),
                new Broken("two hosts", with(good, "Host", "evil"), invalid + DUPLICATE.formatted("host")),
                new Broken(
                        "a signed header that was dropped",
                        without(good, "X-Amz-Target"),
                        invalid + "The signed header 'x-amz-target' was not sent."),
                new Broken(
                        "an unsigned header of Amazon's",
                        with(good, "X-Amz-Extra", "1"),
                        invalid + "'x-amz-extra' must be a 'SignedHeader' in the AWS Authorization."),
                new Broken(
                        "an unsigned host",
                        replaced(good, "Authorization", authorization.replace(";host", "")),
                        invalid + "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."),
                new Broken(
                        "two authorizations",
                        with(good, "Authorization", authorization),
                        invalid + "The request is signed more than once."),
                new Broken(
                        "a body in signed chunks",
                        replaced(good, "X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
                        invalid + "Gantry does not take bodies signed in chunks "
                                + "('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')."),
                new Broken(
                        "half of a presigned request",
                        new HttpRequest(
                                "GET",
                                "/?X-Amz-Signature=a&X-Amz-Date=b",
                                "/",
                                Headers.of("Host", "h"),
                                Body.EMPTY,
                                "",
                                false),
                        incomplete + "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string "
                                + "parameters must include 'X-Amz-Credential'. AWS query-string parameters must "
                                + "include 'X-Amz-SignedHeaders'. AWS query-string parameters must include "
                                + "'X-Amz-Expires'. Re-examine the query-string parameters."),
                new Broken(
                        "no target",
                        Door.call(Headers.of("Host", "h"), Body.of("{}")),
                        "404 UnknownOperationException: Gantry has no service that is called without an X-Amz-Target "
                                + "header yet."),
                new Broken(
                        "an unknown service",
                        Door.call(Headers.of("Host", "h", "X-Amz-Target", "Logs_20140328.PutLogEvents"), Body.of("{}")),
                        "404 UnknownOperationException: Gantry does not have the service of target "
                                + "'Logs_20140328.PutLogEvents' yet."),
                new Broken(
                        "a packed body",
                        Door.call(plain("ListClusters").with("Content-Encoding", "gzip"), Body.of("{}")),
                        "400 MalformedHttpRequestException: Gantry does not take a body with Content-Encoding gzip"));
    }

    @Test
    void stopsReadingADeepNestWhereItGetsTooDeep() {
        Body body = Body.of("{\"a\":".repeat(100_000));
        long start = System.nanoTime();
        for (int i = 0; i < 1000; i++) {
            assertThatThrownBy(() -> JsonText.read(body)).isInstanceOf(AwsException.class);
        }
        assertThat((System.nanoTime() - start) / 1000).as("nanoseconds each").isLessThan(10_000_000L);
    }

    private static Headers plain(String operation) {
        return Headers.of("Host", "h", "X-Amz-Target", Door.TARGET_PREFIX + operation);
    }

    private static String hashOf(String text) {
        byte[] hash = java.util.HexFormat.of().parseHex(SigV4.sha256(text.getBytes(StandardCharsets.UTF_8)));
        return java.util.Base64.getEncoder().encodeToString(hash);
    }

    private static HttpRequest with(HttpRequest request, String name, String value) {
        return new HttpRequest(
                request.method(),
                request.target(),
                request.path(),
                request.headers().with(name, value),
                request.body(),
                request.remoteAddress(),
                false);
    }

    private static HttpRequest without(HttpRequest request, String name) {
        List<Headers.Field> left = request.headers().fields().stream()
                .filter(field -> !field.name().equalsIgnoreCase(name))
                .toList();
        return new HttpRequest(
                request.method(),
                request.target(),
                request.path(),
                Headers.of(left),
                request.body(),
                request.remoteAddress(),
                false);
    }

    private static HttpRequest replaced(HttpRequest request, String name, String value) {
        return with(without(request, name), name, value);
    }
}
