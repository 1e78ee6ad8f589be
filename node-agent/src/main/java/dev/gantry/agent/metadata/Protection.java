package dev.gantry.agent.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.agent.TaskCounsel;
import dev.gantry.agent.Tenants.Tenant;
import dev.gantry.proto.ProtectionWish;
import dev.gantry.proto.TaskAnswer;
import dev.gantry.proto.TaskError;
import dev.gantry.proto.TaskFailure;
import dev.gantry.proto.TaskProtection;
import dev.gantry.proto.TaskQuestion;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lets a task read and change its own protection, as AWS's agent does, by asking whoever leads. */
record Protection(Answers answers, TaskCounsel counsel) {

    private static final Pattern PATH = Pattern.compile("/api/([^/]+)/task-protection/v1/state/?");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String INVALID = "InvalidParameterException";
    private static final Set<String> FIELDS = Set.of("ProtectionEnabled", "ExpiresInMinutes");

    /** The pass in a path to it; empty for other paths. */
    static Optional<String> pass(String path) {
        Matcher matcher = PATH.matcher(path);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    Reply answer(Door.Call call, String pass) throws InterruptedException {
        Optional<Tenant> tenant = answers.tenant(pass, call.from());
        if (tenant.isEmpty()) {
            return error(404, "", "ResourceNotFoundException", "Failed to find a task for the request", "");
        }
        String arn = new TaskPicture(4, tenant.get(), Map.of(), "").arn();
        TaskQuestion.Builder question = TaskQuestion.newBuilder()
                .setScope(tenant.get().workload().getScope())
                .setWorkloadId(tenant.get().workload().getId());
        if (call.method().equals("PUT")) {
            try {
                question.setProtection(wish(call.body()));
            } catch (IllegalArgumentException e) {
                return error(400, arn, INVALID, String.valueOf(e.getMessage()), "");
            }
        } else if (!call.method().equals("GET")) {
            return error(405, arn, INVALID, "only GET and PUT are answered here", "");
        }
        try {
            return reply(counsel.ask(question.build()));
        } catch (IOException e) {
            return error(500, arn, "ServerException", String.valueOf(e.getMessage()), "");
        }
    }

    private static ProtectionWish wish(String body) {
        JsonNode read;
        try {
            read = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("UpdateTaskProtection: failed to decode request", e);
        }
        if (read == null || !read.isObject()) {
            throw new IllegalArgumentException("UpdateTaskProtection: failed to decode request");
        }
        read.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw new IllegalArgumentException("UpdateTaskProtection: unknown field " + name);
            }
        });
        JsonNode enabled = read.path("ProtectionEnabled");
        if (!enabled.isBoolean()) {
            throw new IllegalArgumentException("Invalid request: does not contain 'ProtectionEnabled' field");
        }
        ProtectionWish.Builder wish = ProtectionWish.newBuilder().setEnabled(enabled.asBoolean());
        JsonNode minutes = read.path("ExpiresInMinutes");
        if (!minutes.isMissingNode() && !minutes.isNull()) {
            if (!minutes.isIntegralNumber() || !minutes.canConvertToInt()) {
                throw new IllegalArgumentException("ExpiresInMinutes must be a whole number");
            }
            wish.setExpiresInMinutes(minutes.asInt());
        }
        return wish.build();
    }

    private static Reply reply(TaskAnswer answer) {
        return switch (answer.getAnswerCase()) {
            case PROTECTION -> Reply.of(wrapped("protection", protection(answer.getProtection())));
            case FAILURE -> Reply.of(wrapped("failure", failure(answer.getFailure())));
            case ERROR -> {
                TaskError told = answer.getError();
                int status = told.getStatus() == 0 ? 500 : told.getStatus();
                yield error(status, told.getArn(), told.getCode(), told.getMessage(), told.getRequestId());
            }
            case ANSWER_NOT_SET -> error(500, "", "ServerException", "the leader gave no answer", "");
        };
    }

    private static ObjectNode wrapped(String name, ObjectNode content) {
        return JsonNodeFactory.instance.objectNode().set(name, content);
    }

    private static ObjectNode protection(TaskProtection protection) {
        String expires = TaskPicture.time(protection.getExpiresAtMs());
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        shown.put("ExpirationDate", expires.isEmpty() ? null : expires)
                .put("ProtectionEnabled", protection.getEnabled())
                .put("TaskArn", protection.getTaskArn());
        return shown;
    }

    private static ObjectNode failure(TaskFailure failure) {
        ObjectNode shown = JsonNodeFactory.instance.objectNode();
        return shown.put("Arn", failure.getArn())
                .put("Detail", failure.getDetail().isEmpty() ? null : failure.getDetail())
                .put("Reason", failure.getReason());
    }

    private static Reply error(int status, String arn, String code, String message, String requestId) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        TaskPicture.put(content, "Arn", arn);
        content.put("Code", code).put("Message", message);
        ObjectNode body = wrapped("error", content);
        TaskPicture.put(body, "requestID", requestId);
        return new Reply(status, body);
    }
}
