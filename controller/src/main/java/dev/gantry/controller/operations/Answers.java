package dev.gantry.controller.operations;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.store.UnavailableException;
import org.jspecify.annotations.Nullable;

/** Renders answers and refusals of this API: {@code {"error": ..., "message": ...}}. */
final class Answers {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Answers() {}

    static HttpResponse of(ObjectNode answer) {
        return HttpResponse.json(200, answer.toString());
    }

    /** What a refused call is told; a bug is passed on for the edge to log. */
    static HttpResponse refusal(RuntimeException e) {
        return switch (e) {
            case AwsException refused -> of(refused.status(), refused.code(), refused.getMessage());
            case RefusedException refused -> of(status(refused), name(refused), refused.getMessage());
            case UnavailableException away ->
                of(503, "Unavailable", away.getMessage()).with("Retry-After", "1");
            case IllegalArgumentException bad -> of(400, "Invalid", bad.getMessage());
            default -> throw e;
        };
    }

    static HttpResponse of(int status, String error, @Nullable String message) {
        ObjectNode body = JSON.createObjectNode().put("error", error).put("message", message);
        return HttpResponse.json(status, body.toString());
    }

    private static int status(RefusedException refused) {
        return switch (refused.reason()) {
            case INVALID -> 400;
            case NOT_FOUND -> 404;
            case ALREADY_EXISTS, CONFLICT -> 409;
            case DENIED -> 403;
        };
    }

    private static String name(RefusedException refused) {
        return switch (refused.reason()) {
            case INVALID -> "Invalid";
            case NOT_FOUND -> "NotFound";
            case ALREADY_EXISTS -> "AlreadyExists";
            case CONFLICT -> "Conflict";
            case DENIED -> "Denied";
        };
    }
}
