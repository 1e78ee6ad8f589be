package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.kube.decode.FieldValidation;
import dev.gantry.controller.kube.decode.RequestDecoder;
import dev.gantry.controller.kube.patch.JsonPatch;
import dev.gantry.controller.kube.patch.MergePatch;
import dev.gantry.controller.kube.patch.StrategicMergePatch;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.registry.Revision;
import dev.gantry.controller.kube.schema.Schema;
import dev.gantry.controller.kube.schema.Schemas;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.Subresource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Changes objects by patches: JSON patches, merge patches and strategic merge patches; and by what is applied. */
final class Patches {

    private static final String JSON = "application/json-patch+json";
    private static final String MERGE = "application/merge-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";

    private final Writes writes;

    Patches(Writes writes) {
        this.writes = writes;
    }

    /** @param mayCreate refuses those who may not make the object that the patch may make */
    HttpResponse patch(Call call, Runnable mayCreate) throws InterruptedException {
        String contentType = Bodies.contentType(call.http());
        if (form(contentType).equals(APPLY)) {
            return apply(call, mayCreate);
        }
        if (call.target().type().custom().isPresent() && form(contentType).equals(STRATEGIC)) {
            throw unknownFormat(List.of(JSON, MERGE, APPLY));
        }
        JsonNode patch = RequestDecoder.patch(call.http().body().bytes(), contentType);
        String form = form(contentType);
        if (call.target().subresource().equals(Subresource.SCALE)) {
            Schema schema = Schemas.builtIn().find("autoscaling/v1", "Scale").orElse(Schema.ANY);
            return writes.scale(call, scale -> patched(form, scale, patch, schema));
        }
        ResourceType type = call.target().type();
        Schema schema = type.schema().orElse(Schema.ANY);
        FieldValidation validation = Bodies.validation(call);
        List<String> warnings = new ArrayList<>();
        ObjectNode changed = writes.change(call, before -> {
            ObjectNode after = patched(form, before, patch, schema);
            Revision.checkName(call.target().objectName(), after);
            warnings.clear();
            warnings.addAll(RequestDecoder.prune(after, validation, schema));
            return after;
        });
        return Writes.written(call, 200, changed, warnings);
    }

    private HttpResponse apply(Call call, Runnable mayCreate) throws InterruptedException {
        if (call.query().text("fieldManager").isEmpty()) {
            throw KubeRefusal.badRequest(
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply"
                            + " patch");
        }
        boolean force = call.query().text("force").equals("true");
        if (call.target().subresource().equals(Subresource.SCALE)) {
            return writes.applyScale(call, Bodies.object(call), force);
        }
        return writes.apply(call, Bodies.applied(call), force, mayCreate);
    }

    private static String form(String contentType) {
        return contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode patched(String form, ObjectNode before, JsonNode patch, Schema schema) {
        JsonNode after = switch (form) {
            case JSON -> JsonPatch.apply(before, patch);
            case MERGE -> MergePatch.apply(before, patch);
            case STRATEGIC -> StrategicMergePatch.apply(before, object(patch), schema);
            default -> throw unknownFormat(List.of(JSON, MERGE, STRATEGIC, APPLY));
        };
        return object(after);
    }

    private static KubeRefusal unknownFormat(List<String> accepted) {
        return KubeRefusal.of(
                Reason.UNSUPPORTED_MEDIA_TYPE,
                "the body of the request was in an unknown format - accepted media types include: "
                        + String.join(", ", accepted));
    }

    private static ObjectNode object(JsonNode json) {
        if (json instanceof ObjectNode object) {
            return object;
        }
        throw KubeRefusal.badRequest("the patch is no object, or leaves none");
    }
}
