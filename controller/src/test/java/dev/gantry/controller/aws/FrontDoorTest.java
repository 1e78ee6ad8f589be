package dev.gantry.controller.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Refusal;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.store.UnavailableException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FrontDoorTest {

    private final Door door = Door.signed();

    @Test
    void givesTheServiceTheCallerThatTheSignatureProved() throws InterruptedException {
        door.say("ListClusters", "{}");
        assertThat(door.callers).containsExactly(new Caller("000000000000", "eu-central-1", Door.ROOT, "id-1"));
    }

    @Test
    void leavesOutWhatTheModelDoesNotKnowAndWhatIsNull() throws Exception {
        door.say(
                "CreateService",
                "{\"serviceName\":\"a\",\"launchType\":null,\"fromTheFuture\":{\"a\":1},\"tags\":[{\"key\":\"k\",\"x\":2}]}");
        assertThat(door.inputs).containsExactly(json("{\"serviceName\":\"a\",\"tags\":[{\"key\":\"k\"}]}"));
    }

    @Test
    void takesWholeNumbersInAnyFormAndTextInAnyScript() throws InterruptedException {
        assertThat(door.say(
                        "CreateService",
                        "{\"serviceName\":\"größe 日本\",\"desiredCount\":2.0,\"tags\":[{\"key\":\"\\ud83d\\ude80\"}]}"))
                .isEqualTo("200 {}");
    }

    @Test
    void acceptsAMissingOrStrangeContentType() throws InterruptedException {
        for (Headers headers : List.of(
                Headers.of("Host", "h", "X-Amz-Target", Door.TARGET_PREFIX + "ListClusters"),
                Headers.of(
                        "Host", "h",
                        "X-Amz-Target", Door.TARGET_PREFIX + "ListClusters",
                        "Content-Type", "application/json; charset=utf-8"))) {
            assertThat(door.frontDoor.handle(Door.call(headers, Body.of("{}"))).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void writesWhatTheServiceAnswers() throws Exception {
        door.answer = (operation, input, caller) -> json("{\"tasks\":[{\"taskArn\":\"a\"}],\"failures\":[]}");
        HttpResponse answer = door.frontDoor.handle(Door.call("DescribeTasks", "{\"tasks\":[\"a\"]}"));
        assertThat(answer.body().text()).isEqualTo("{\"tasks\":[{\"taskArn\":\"a\"}],\"failures\":[]}");
        assertThat(answer.headers().first("Content-Type")).contains("application/x-amz-json-1.1");
        assertThat(answer.headers().first("x-amzn-requestid")).contains("id-1");
    }

    @Test
    void tellsAnErrorInBodyAndHeader() throws InterruptedException {
        door.answer = (operation, input, caller) -> {
            throw new AwsException("ClusterNotFoundException", "Cluster not found.");
        };
        HttpResponse answer = door.frontDoor.handle(Door.call("ListTasks", "{}"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().text())
                .isEqualTo("{\"__type\":\"ClusterNotFoundException\",\"message\":\"Cluster not found.\"}");
        assertThat(answer.headers().first("x-amzn-errortype")).contains("ClusterNotFoundException");
        assertThat(answer.headers().first("x-amzn-requestid")).contains("id-1");
    }

    @Test
    void saysWhichOperationIsNotThereYet() throws InterruptedException {
        door.answer = (operation, input, caller) -> {
            throw new UnsupportedOperationException(operation);
        };
        assertThat(door.say("ListDaemons", "{}"))
                .isEqualTo(
                        "400 UnsupportedFeatureException: Gantry does not have the operation ListDaemons of ECS yet.");
    }

    @Test
    void takesAnUnsupportedChangeOfAListForTheBugThatItIs() throws InterruptedException {
        door.answer = (operation, input, caller) -> {
            List.of().add(null);
            return input;
        };
        assertThat(door.say("ListClusters", "{}")).startsWith("500 ServerException: The request failed because");
    }

    @Test
    void rendersTheRefusalsOfTheRestOfTheHouse() throws InterruptedException {
        for (RefusedException.Reason reason : RefusedException.Reason.values()) {
            door.answer = (operation, input, caller) -> {
                throw new RefusedException(reason, "because");
            };
            String code = switch (reason) {
                case INVALID -> "InvalidParameterException";
                case NOT_FOUND -> "ResourceNotFoundException";
                case ALREADY_EXISTS, CONFLICT -> "ConflictException";
                case DENIED -> "AccessDeniedException";
            };
            assertThat(door.say("ListClusters", "{}")).isEqualTo("400 " + code + ": because");
        }
    }

    @Test
    void asksForAnotherTryWhenTheStoreIsAway() throws InterruptedException {
        door.answer = (operation, input, caller) -> {
            throw new UnavailableException("the store does not answer");
        };
        HttpResponse answer = door.frontDoor.handle(Door.call("CreateCluster", "{}"));
        assertThat(Door.summary(answer))
                .isEqualTo("503 ServiceUnavailable: Gantry cannot do this now: the store does not answer");
        assertThat(answer.headers().first("Retry-After")).contains("1");
    }

    @Test
    void keepsTheCauseOfABugToItself() throws InterruptedException {
        door.answer = (operation, input, caller) -> {
            throw new IllegalStateException("secret");
        };
        assertThat(door.say("ListClusters", "{}"))
                .isEqualTo("500 ServerException: The request failed because of an error in Gantry; its log has the "
                        + "cause under this request id.");
    }

    @Test
    void auditsWhatChangesAndWhatIsDenied() throws InterruptedException {
        door.say("CreateCluster", "{\"clusterName\":\"secret\"}");
        door.say("ListClusters", "{}");
        HttpRequest unsigned = new HttpRequest(
                "POST",
                "/",
                "/",
                Headers.of("X-Amz-Target", Door.TARGET_PREFIX + "ListClusters"),
                Body.of("{}"),
                "192.0.2.9",
                false);
        door.frontDoor.handle(unsigned);
        assertThat(door.audited)
                .containsExactly(
                        new AuditLog.Entry(Door.NOW, Door.ROOT, "ecs:CreateCluster", "192.0.2.1", "id-1", "OK"),
                        new AuditLog.Entry(
                                Door.NOW,
                                "anonymous",
                                "ecs:ListClusters",
                                "192.0.2.9",
                                "id-1",
                                "MissingAuthenticationTokenException"));
    }

    @Test
    void countsCallsByOperationAndStatus() throws InterruptedException {
        door.say("ListClusters", "{}");
        door.say("ListClusters", "{}");
        door.say("CreateService", "{}");
        door.say("Invented1", "{}");
        door.say("Invented2", "{}");
        assertThat(count("ecs:ListClusters", "200")).isEqualTo(2);
        assertThat(count("ecs:CreateService", "400")).isEqualTo(1);
        assertThat(count("unknown", "404")).isEqualTo(2);
        assertThat(door.meters.get("gantry.api.request.duration").timer().totalTime(TimeUnit.NANOSECONDS))
                .isPositive();
        assertThat(door.meters.get("gantry.api.inflight.requests").gauge().value())
                .isZero();
    }

    @Test
    void letsAnybodyInWhenSignaturesAreOff() throws InterruptedException {
        Door open = new Door(Authenticator.Mode.NONE);
        HttpRequest unsigned = new HttpRequest(
                "POST",
                "/",
                "/",
                Headers.of("X-Amz-Target", Door.TARGET_PREFIX + "ListClusters"),
                Body.of("{}"),
                "192.0.2.9",
                false);
        assertThat(open.frontDoor.handle(unsigned).status()).isEqualTo(200);
        assertThat(open.frontDoor
                        .handle(Door.call("iam", "ANYTHING", unsigned.headers().with("Host", "h"), Body.of("{}")))
                        .status())
                .isEqualTo(200);
        assertThat(open.callers)
                .allMatch(caller -> caller.equals(new Caller("000000000000", "eu-central-1", Door.ROOT, "id-1")));
    }

    @Test
    void tellsTheEdgesRefusalsInAwsWords() {
        assertThat(Arrays.stream(Refusal.values()).map(refusal -> Door.summary(door.frontDoor.refuse(refusal, "id"))))
                .containsExactly(
                        "400 MalformedHttpRequestException: The request is not valid HTTP.",
                        "408 RequestTimeoutException: The request did not arrive in time.",
                        "413 RequestEntityTooLargeException: The request body is too large.",
                        "400 ThrottlingException: Rate exceeded",
                        "413 RequestEntityTooLargeException: The request has too many header fields.",
                        "500 InternalFailure: The request failed because of an error in Gantry; its log has the cause "
                                + "under this request id.",
                        "400 ThrottlingException: Rate exceeded",
                        "503 ServiceUnavailable: The request took too long and was given up; what it asked for may "
                                + "have happened.");
    }

    private double count(String operation, String code) {
        return door.meters
                .get("gantry.api.requests")
                .tags("op", operation, "code", code)
                .counter()
                .count();
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
