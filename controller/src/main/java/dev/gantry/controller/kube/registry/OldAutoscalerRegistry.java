package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.admit.Defaults;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Optional;

/**
 * Autoscalers as the version v1 shows them, which knows of the use of processors only. They are kept as v2, and what that says beyond
 * stays when they are changed here.
 */
final class OldAutoscalerRegistry implements Registry {

    private static final String KIND = "HorizontalPodAutoscaler";
    private static final String OLD = "autoscaling/v1";
    private static final String KEPT = "autoscaling/v2";
    private static final String PERCENT = "targetCPUUtilizationPercentage";
    private static final List<String> ALIKE = List.of("scaleTargetRef", "minReplicas", "maxReplicas");

    private final Registry objects;

    OldAutoscalerRegistry(Registry objects) {
        this.objects = objects;
    }

    static boolean serves(ResourceType type) {
        return type.apiVersion().equals(OLD) && type.kind().equals(KIND);
    }

    @Override
    public Optional<ObjectNode> find(Snapshot snapshot, ObjectName name) {
        return objects.find(snapshot, name).map(OldAutoscalerRegistry::drawn);
    }

    @Override
    public List<ObjectNode> list(Snapshot snapshot, ObjectName within) {
        return objects.list(snapshot, within).stream()
                .map(OldAutoscalerRegistry::drawn)
                .toList();
    }

    @Override
    public void create(Draft draft, ObjectName name, ObjectNode object) {
        objects.create(draft, name, kept(object, Json.object()));
    }

    @Override
    public void update(Draft draft, ObjectName name, ObjectNode object) {
        objects.update(
                draft, name, kept(object, objects.find(draft.image(), name).orElseThrow()));
    }

    @Override
    public void delete(Draft draft, ObjectName name) {
        objects.delete(draft, name);
    }

    /** @param kept as v2 */
    static ObjectNode drawn(ObjectNode kept) {
        ObjectNode old = kept.deepCopy().put("apiVersion", OLD);
        ObjectNode spec = old.putObject("spec");
        ALIKE.forEach(member -> copy(kept.path("spec"), spec, member));
        JsonNode share = processor(kept.at("/spec/metrics")).path("resource").at("/target/averageUtilization");
        if (share.isNumber()) {
            spec.set(PERCENT, share);
        }
        if (kept.path("status") instanceof ObjectNode found) {
            ObjectNode status = old.putObject("status");
            List.of("observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas")
                    .forEach(member -> copy(found, status, member));
            JsonNode current =
                    processor(found.path("currentMetrics")).path("resource").at("/current/averageUtilization");
            if (current.isNumber()) {
                status.set("currentCPUUtilizationPercentage", current);
            }
        }
        return old;
    }

    /** @param before as v2; empty for a new one */
    private static ObjectNode kept(ObjectNode old, ObjectNode before) {
        ObjectNode kept = old.deepCopy().put("apiVersion", KEPT);
        kept.remove("status");
        copy(before, kept, "status");
        ObjectNode spec = kept.putObject("spec");
        copy(before.path("spec"), spec, "behavior");
        ALIKE.forEach(member -> copy(old.path("spec"), spec, member));
        ArrayNode metrics = Json.object().putArray("metrics");
        if (old.at("/spec/" + PERCENT).isNumber()) {
            ObjectNode metric = metrics.addObject().put("type", "Resource");
            metric.putObject("resource")
                    .put("name", "cpu")
                    .putObject("target")
                    .put("type", "Utilization")
                    .set("averageUtilization", old.at("/spec/" + PERCENT));
        }
        before.at("/spec/metrics")
                .valueStream()
                .filter(metric -> !isProcessor(metric))
                .forEach(metrics::add);
        spec.set("metrics", metrics);
        Defaults.apply(KEPT, KIND, kept);
        return kept;
    }

    private static JsonNode processor(JsonNode metrics) {
        return metrics.valueStream()
                .filter(OldAutoscalerRegistry::isProcessor)
                .findFirst()
                .orElse(Json.object());
    }

    /** Whether it is what the old version can say. */
    private static boolean isProcessor(JsonNode metric) {
        JsonNode resource = metric.path("resource");
        boolean isShare = resource.at("/target/averageUtilization").isNumber()
                || resource.at("/current/averageUtilization").isNumber();
        return resource.path("name").asText().equals("cpu") && isShare;
    }

    private static void copy(JsonNode from, ObjectNode to, String member) {
        if (from.hasNonNull(member)) {
            to.set(member, from.path(member).deepCopy());
        }
    }
}
