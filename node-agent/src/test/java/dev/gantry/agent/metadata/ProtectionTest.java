package dev.gantry.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.Tenants;
import dev.gantry.agent.work.FakeEngine;
import dev.gantry.agent.work.HandClock;
import dev.gantry.agent.work.Specs;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Observation;
import dev.gantry.proto.TaskAnswer;
import dev.gantry.proto.TaskError;
import dev.gantry.proto.TaskFailure;
import dev.gantry.proto.TaskProtection;
import dev.gantry.proto.TaskQuestion;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProtectionTest {

    private static final String HOME = "172.17.0.2";
    private static final TaskAnswer PROTECTED = TaskAnswer.newBuilder()
            .setProtection(TaskProtection.newBuilder()
                    .setTaskArn("arn")
                    .setEnabled(true)
                    .setExpiresAtMs(60_000))
            .build();

    private final FakeEngine engine = new FakeEngine(new HandClock(Instant.EPOCH));
    private final Passes passes = new Passes(new byte[] {7});
    private final List<TaskQuestion> asked = new ArrayList<>();
    private final Tenants here = new Tenants() {
        @Override
        public Optional<Tenant> task(String id) {
            DesiredWorkload workload = Specs.run("t1", NetworkMode.BRIDGE, Specs.container("web", "true"));
            Observation observed = Observation.newBuilder()
                    .addContainers(ContainerStatus.newBuilder().setName("web").addAddresses(HOME))
                    .build();
            return id.equals("t1")
                    ? Optional.of(new Tenant(workload, observed, Map.of("web", "web-1")))
                    : Optional.empty();
        }

        @Override
        public Optional<Tenant> taskAt(String address) {
            return Optional.empty();
        }
    };

    private Reply ask(String method, String body, String from, TaskAnswer answer) throws InterruptedException {
        Answers answers = new Answers(here, passes, engine, new Samples(engine), "");
        String pass = passes.of("default", "t1", "web");
        String path = "/api/" + pass + "/task-protection/v1/state";
        return new Protection(answers, question -> {
                    asked.add(question);
                    return answer;
                })
                .answer(
                        new Door.Call(method, path, from, body),
                        Protection.pass(path).orElseThrow());
    }

    @Test
    void isToldToTheTaskItself() throws InterruptedException {
        Reply reply = ask("GET", "", HOME, PROTECTED);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().toString())
                .isEqualTo("{\"protection\":{\"ExpirationDate\":\"1970-01-01T00:01:00Z\",\"ProtectionEnabled\":true,"
                        + "\"TaskArn\":\"arn\"}}");
        assertThat(asked)
                .containsExactly(TaskQuestion.newBuilder()
                        .setScope("default")
                        .setWorkloadId("t1")
                        .build());
    }

    @Test
    void isChangedByTheTaskItself() throws InterruptedException {
        ask("PUT", "{\"ProtectionEnabled\":true,\"ExpiresInMinutes\":60}", HOME, PROTECTED);
        ask("PUT", "{\"ProtectionEnabled\":false}", HOME, PROTECTED);

        assertThat(asked.getFirst().getProtection().getEnabled()).isTrue();
        assertThat(asked.getFirst().getProtection().getExpiresInMinutes()).isEqualTo(60);
        assertThat(asked.getLast().hasProtection()).isTrue();
        assertThat(asked.getLast().getProtection().getEnabled()).isFalse();
        assertThat(asked.getLast().getProtection().hasExpiresInMinutes()).isFalse();
    }

    @Test
    void isNobodyElsesBusiness() throws InterruptedException {
        Reply reply = ask("GET", "", "172.17.0.3", PROTECTED);

        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body().at("/error/Code").asText()).isEqualTo("ResourceNotFoundException");
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "[]",
                "{}",
                "{\"ProtectionEnabled\":\"yes\"}",
                "{\"ProtectionEnabled\":true,\"Other\":1}",
                "{\"ProtectionEnabled\":true,\"ExpiresInMinutes\":1.5}",
                "{\"ProtectionEnabled\":true,\"ExpiresInMinutes\":99999999999}"
            })
    void isNotChangedByWhatMakesNoSense(String body) throws InterruptedException {
        Reply reply = ask("PUT", body, HOME, PROTECTED);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.body().at("/error/Code").asText()).isEqualTo("InvalidParameterException");
        assertThat(asked).isEmpty();
    }

    @Test
    void tellsWhatTheApiCouldNotDoOrRefused() throws InterruptedException {
        Reply failed = ask(
                "GET",
                "",
                HOME,
                TaskAnswer.newBuilder()
                        .setFailure(TaskFailure.newBuilder().setArn("arn").setReason("TASK_NOT_VALID"))
                        .build());
        assertThat(failed.status()).isEqualTo(200);
        assertThat(failed.body().toString())
                .isEqualTo("{\"failure\":{\"Arn\":\"arn\",\"Detail\":null,\"Reason\":\"TASK_NOT_VALID\"}}");

        Reply refused = ask(
                "GET",
                "",
                HOME,
                TaskAnswer.newBuilder()
                        .setError(TaskError.newBuilder()
                                .setStatus(400)
                                .setArn("arn")
                                .setCode("InvalidParameterException")
                                .setMessage("too long")
                                .setRequestId("r1"))
                        .build());
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().toString())
                .isEqualTo(
                        "{\"error\":{\"Arn\":\"arn\",\"Code\":\"InvalidParameterException\",\"Message\":\"too long\"},"
                                + "\"requestID\":\"r1\"}");
    }

    @Test
    void saysThatNobodyCanBeAskedNow() throws InterruptedException {
        Answers answers = new Answers(here, passes, engine, new Samples(engine), "");
        Reply reply = new Protection(answers, _ -> {
                    throw new IOException("not connected");
                })
                .answer(new Door.Call("GET", "", HOME, ""), passes.of("default", "t1", "web"));

        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.body().at("/error/Message").asText()).isEqualTo("not connected");
    }

    @Test
    void hasOnePath() {
        assertThat(Protection.pass("/api/x/task-protection/v1/state")).contains("x");
        assertThat(Protection.pass("/api/x/task-protection/v1/state/more")).isEmpty();
        assertThat(Protection.pass("/v4/x/task")).isEmpty();
    }
}
