package dev.gantry.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.aws.AuditLog;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.AwsService;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.dispatch.TaskDesk;
import dev.gantry.proto.ProtectionWish;
import dev.gantry.proto.TaskAnswer;
import dev.gantry.proto.TaskError;
import dev.gantry.proto.TaskFailure;
import dev.gantry.proto.TaskProtection;
import dev.gantry.proto.TaskQuestion;
import dev.gantry.store.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

/**
 * Asks the ECS API in the name of a task about itself. The task may read and change its own protection, and nothing else.
 *
 * @param callers makes who asks, from a task's ARN and the request's id
 * @param arns    makes a task's ARN, from its cluster and its id
 */
record TaskAnswers(
        AwsService ecs,
        BiFunction<String, String, Caller> callers,
        BinaryOperator<String> arns,
        AuditLog audit,
        InstantSource clock,
        Supplier<String> requestIds)
        implements TaskDesk {

    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;

    @Override
    public TaskAnswer answer(TaskQuestion question, String from) throws InterruptedException {
        String arn = arns.apply(question.getScope(), question.getWorkloadId());
        Caller asking = callers.apply(arn, requestIds.get());
        String operation = question.hasProtection() ? "UpdateTaskProtection" : "GetTaskProtection";
        String outcome = "OK";
        try {
            return answer(ecs.call(operation, input(question, arn), asking).tree());
        } catch (AwsException e) {
            outcome = e.code();
            return error(arn, asking, e.code(), String.valueOf(e.getMessage()), e.status());
        } catch (UnsupportedOperationException _) {
            outcome = "UnsupportedFeatureException";
            return error(arn, asking, outcome, "Gantry does not support " + operation + ".", BAD_REQUEST);
        } catch (UnavailableException e) {
            outcome = "ServerException";
            return error(arn, asking, outcome, String.valueOf(e.getMessage()), UNAVAILABLE);
        } finally {
            if (question.hasProtection()) {
                record(asking, "ecs:" + operation, from, outcome);
            }
        }
    }

    private static ObjectNode input(TaskQuestion question, String arn) {
        ObjectNode input = JsonNodeFactory.instance.objectNode().put("cluster", question.getScope());
        input.putArray("tasks").add(arn);
        if (question.hasProtection()) {
            ProtectionWish wish = question.getProtection();
            input.put("protectionEnabled", wish.getEnabled());
            if (wish.hasExpiresInMinutes()) {
                input.put("expiresInMinutes", wish.getExpiresInMinutes());
            }
        }
        return input;
    }

    private static TaskAnswer answer(JsonNode output) {
        JsonNode failure = output.path("failures").path(0);
        if (failure.isObject()) {
            return TaskAnswer.newBuilder()
                    .setFailure(TaskFailure.newBuilder()
                            .setArn(failure.path("arn").asText(""))
                            .setReason(failure.path("reason").asText(""))
                            .setDetail(failure.path("detail").asText("")))
                    .build();
        }
        JsonNode shown = output.path("protectedTasks").path(0);
        return TaskAnswer.newBuilder()
                .setProtection(TaskProtection.newBuilder()
                        .setTaskArn(shown.path("taskArn").asText())
                        .setEnabled(shown.path("protectionEnabled").asBoolean())
                        .setExpiresAtMs(millis(shown.path("expirationDate"))))
                .build();
    }

    /** The API's trees have seconds with fractions, or a text. */
    private static long millis(JsonNode time) {
        if (time.isNumber()) {
            return Math.round(time.asDouble() * 1000);
        }
        return time.isTextual() ? Instant.parse(time.asText()).toEpochMilli() : 0;
    }

    private static TaskAnswer error(String arn, Caller asking, String code, String message, int status) {
        return TaskAnswer.newBuilder()
                .setError(TaskError.newBuilder()
                        .setArn(arn)
                        .setCode(code)
                        .setMessage(message)
                        .setRequestId(asking.requestId())
                        .setStatus(status))
                .build();
    }

    private void record(Caller asking, String operation, String from, String outcome) {
        try {
            audit.record(new AuditLog.Entry(
                    clock.instant(), asking.principalArn(), operation, from, asking.requestId(), outcome));
        } catch (IOException e) {
            throw new UncheckedIOException("the audit log cannot be written", e);
        }
    }
}
