package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Refusal;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import java.util.List;

/** Answers of the API as HTTP. */
final class Answers {

    private static final String JSON = "application/json";

    private Answers() {}

    static HttpResponse json(int status, JsonNode json) {
        return typed(status, json, JSON);
    }

    static HttpResponse typed(int status, JsonNode json, String contentType) {
        return new HttpResponse(
                status,
                Headers.of("Content-Type", contentType, "Cache-Control", "no-cache, private"),
                Body.of(Json.array(json)));
    }

    static HttpResponse refusal(KubeRefusal refusal) {
        HttpResponse answer = json(refusal.reason().code(), refusal.status());
        return refusal.isWorthRetrying() ? answer.with("Retry-After", "1") : answer;
    }

    /** What the edge refuses in place of the API. */
    static HttpResponse refusal(Refusal refusal) {
        Reason reason = switch (refusal) {
            case MALFORMED, HEADERS_TOO_LARGE -> Reason.BAD_REQUEST;
            case TOO_SLOW, DEADLINE -> Reason.TIMEOUT;
            case BODY_TOO_LARGE -> Reason.TOO_LARGE;
            case TOO_OFTEN, OVERLOADED -> Reason.TOO_MANY_REQUESTS;
            case FAILED -> Reason.INTERNAL;
        };
        return refusal(KubeRefusal.of(reason, refusal.message()));
    }

    /** With texts that kubectl prints. */
    static HttpResponse warned(HttpResponse answer, List<String> warnings) {
        HttpResponse warned = answer;
        for (String warning : warnings) {
            String quoted = warning.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[^ -~]", " ");
            warned = warned.with("Warning", "299 - \"" + quoted + "\"");
        }
        return warned;
    }

    /** Something was deleted at once. */
    static ObjectNode deleted(ObjectName name, ObjectNode object) {
        ObjectNode status = success();
        ObjectNode details = status.putObject("details");
        details.put("name", name.name());
        if (!name.resource().group().isEmpty()) {
            details.put("group", name.resource().group());
        }
        details.put("kind", name.resource().plural());
        details.put("uid", object.at("/metadata/uid").asText());
        return status;
    }

    static ObjectNode success() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return status.put("status", "Success");
    }
}
