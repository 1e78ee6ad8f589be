package dev.gantry.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.controller.aws.AuditLog;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.AwsService;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.aws.Output;
import dev.gantry.controller.aws.ServiceModel;
import dev.gantry.controller.aws.TreeOutput;
import dev.gantry.proto.ProtectionWish;
import dev.gantry.proto.TaskAnswer;
import dev.gantry.proto.TaskQuestion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TaskAnswersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TaskQuestion READING =
            TaskQuestion.newBuilder().setScope("shop").setWorkloadId("t1").build();
    private static final TaskQuestion CHANGING = READING.toBuilder()
            .setProtection(ProtectionWish.newBuilder().setEnabled(true).setExpiresInMinutes(60))
            .build();

    private final List<String> calls = new ArrayList<>();
    private final List<AuditLog.Entry> audited = new ArrayList<>();

    private interface Service {
        String answer() throws JsonProcessingException;
    }

    private TaskAnswer ask(TaskQuestion question, Service service) throws InterruptedException {
        AwsService ecs = new AwsService() {
            @Override
            public ServiceModel model() {
                return ServiceModel.load("ecs");
            }

            @Override
            public Output call(String operation, JsonNode input, Caller caller) {
                calls.add(operation + " " + input + " by " + caller.principalArn());
                try {
                    return new TreeOutput(JSON.readTree(service.answer()));
                } catch (JsonProcessingException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        return new TaskAnswers(
                        ecs,
                        (task, requestId) -> new Caller("1", "here", task, requestId),
                        (cluster, task) -> "arn:task/" + cluster + "/" + task,
                        audited::add,
                        () -> Instant.EPOCH,
                        () -> "r1")
                .answer(question, "10.0.0.7");
    }

    @Test
    void readTheProtectionOfTheTaskThatAsks() throws InterruptedException {
        TaskAnswer answer = ask(
                READING,
                () -> "{\"protectedTasks\":[{\"taskArn\":\"a\",\"protectionEnabled\":true,\"expirationDate\":60.5}],"
                        + "\"failures\":[]}");

        assertThat(calls)
                .containsExactly("GetTaskProtection {\"cluster\":\"shop\",\"tasks\":[\"arn:task/shop/t1\"]}"
                        + " by arn:task/shop/t1");
        assertThat(answer.getProtection().getTaskArn()).isEqualTo("a");
        assertThat(answer.getProtection().getEnabled()).isTrue();
        assertThat(answer.getProtection().getExpiresAtMs()).isEqualTo(60_500);
        assertThat(audited).isEmpty();
    }

    @Test
    void changeItAndLeaveATrace() throws InterruptedException {
        TaskAnswer answer = ask(CHANGING, () -> """
            {"protectedTasks":[],"failures":[{"arn":"a","reason":"DEPLOYMENT_BLOCKED","detail":"too many"}]}
            """);

        assertThat(calls.getFirst())
                .startsWith("UpdateTaskProtection {\"cluster\":\"shop\",\"tasks\":[\"arn:task/shop/t1\"],"
                        + "\"protectionEnabled\":true,\"expiresInMinutes\":60}");
        assertThat(answer.getFailure().getReason()).isEqualTo("DEPLOYMENT_BLOCKED");
        assertThat(answer.getFailure().getDetail()).isEqualTo("too many");
        assertThat(audited)
                .containsExactly(new AuditLog.Entry(
                        Instant.EPOCH, "arn:task/shop/t1", "ecs:UpdateTaskProtection", "10.0.0.7", "r1", "OK"));
    }

    @Test
    void sayWhatTheApiRefused() throws InterruptedException {
        TaskAnswer answer = ask(CHANGING, () -> {
            throw new AwsException("InvalidParameterException", "too long");
        });

        assertThat(answer.getError().getCode()).isEqualTo("InvalidParameterException");
        assertThat(answer.getError().getMessage()).isEqualTo("too long");
        assertThat(answer.getError().getStatus()).isEqualTo(400);
        assertThat(answer.getError().getRequestId()).isEqualTo("r1");
        assertThat(audited).extracting(AuditLog.Entry::outcome).containsExactly("InvalidParameterException");
    }
}
