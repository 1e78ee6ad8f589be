package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.pod.PodEndings;
import dev.gantry.controller.kube.pod.PodView;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.PodName;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** Pods, which are workloads. A pod whose deletion was asked for with a grace period is taken out by its reconciler. */
final class PodRegistry implements Registry {

    private static final String GRACE = "deletionGracePeriodSeconds";
    private static final String CONDITIONS = "conditions";
    private static final int GRACE_SECONDS = 30;
    private static final String EPHEMERAL = "/spec/ephemeralContainers";
    private static final String FIXED = "pod updates may not change fields other than"
        + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
        + " (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if"
        + " it was previously negative); here they may change none of these either";

    private final PodMaker maker;

    PodRegistry(PodMaker maker) {
        this.maker = maker;
    }

    @Override
    public Optional<ObjectNode> find(Snapshot snapshot, ObjectName name) {
        return PodDocument.find(snapshot, name).map(pod -> PodView.draw(pod, snapshot));
    }

    @Override
    public List<ObjectNode> list(Snapshot snapshot, ObjectName within) {
        return List.copyOf(select(snapshot, within, LabelSelector.EVERYTHING));
    }

    @Override
    public List<ObjectNode> select(Snapshot snapshot, ObjectName within, LabelSelector labels) {
        List<PodDocument> pods = within.namespace().isEmpty()
                ? PodDocument.list(snapshot, within.cluster())
                : PodDocument.list(snapshot, within.cluster(), within.namespace());
        List<PodDocument> selected = pods.stream()
                .filter(pod -> labels.rules().isEmpty() || labels.matches(pod.labels()))
                .sorted(Comparator.comparing((PodDocument pod) -> pod.origin().getNamespace())
                        .thenComparing(pod -> pod.origin().getName()))
                .toList();
        return new Drawings<>(selected, pod -> PodView.draw(pod, snapshot));
    }

    @Override
    public void create(Draft draft, ObjectName name, ObjectNode object) {
        Workload workload = supported(name, () -> maker.make(name.cluster(), object, draft.now()));
        String scope = Pods.scope(name.cluster(), name.namespace());
        draft.writes()
                .create(Kinds.WORKLOAD.key(scope, workload.getId()), workload)
                .create(
                        Kinds.KUBE_POD_NAME.key(scope, name.name()),
                        PodName.newBuilder().setWorkloadId(workload.getId()).build());
    }

    private static <T> T supported(ObjectName name, Supplier<T> making) {
        try {
            return making.get();
        } catch (RefusedException e) {
            throw KubeRefusal.invalid(
                    "",
                    "Pod",
                    name.name(),
                    List.of(new Cause("", "FieldValueNotSupported", String.valueOf(e.getMessage()))));
        }
    }

    @Override
    public void update(Draft draft, ObjectName name, ObjectNode object) {
        PodDocument before = PodDocument.find(draft.image(), name).orElseThrow();
        check(draft.image(), before, object);
        ObjectNode json = object.deepCopy();
        json.remove("status");
        json.withObject("/metadata").remove("resourceVersion");
        json.set("spec", before.spec().deepCopy());
        boolean isExtended = !object.at(EPHEMERAL).equals(before.json().at(EPHEMERAL));
        if (isExtended) {
            json.withObject("/spec").set("ephemeralContainers", object.at(EPHEMERAL));
        }
        Meta meta = Meta.of(json);
        KubePod origin = PodDocument.stored(before.origin(), before.isDeleted() ? json : withoutDeletion(json));
        ArrayNode told = told(object);
        if (!told.equals(told(PodView.draw(before, draft.image())))) {
            origin = origin.toBuilder().setConditionsJson(Json.bytes(told)).build();
        }
        Workload.Builder changed = before.record().value().toBuilder()
                .setOrigin(Any.pack(origin))
                .setVersion(before.record().value().getVersion() + 1);
        if (isExtended) {
            changed.setSpec(supported(name, () -> maker.extend(changed.getSpec(), name.cluster(), json)));
        }
        Workload workload = changed.build();
        boolean isShortened = meta.isDeleted()
                && (!before.isDeleted()
                        || !meta.json().path(GRACE).equals(before.meta().json().path(GRACE)));
        draft.writes().update(before.record(), isShortened ? ended(draft, before, workload, meta) : workload);
    }

    @Override
    public void delete(Draft draft, ObjectName name) {
        PodDocument before = PodDocument.find(draft.image(), name).orElseThrow();
        // At once, as upstream does: kubectl waits for ever when a pod's successor comes while it begins to wait.
        Workload last = PodEndings.deleted(before, OptionalInt.of(0), draft.now());
        PodEndings.remove(draft.writes(), draft.image(), before, last, draft.now());
    }

    /** None for a pod that runs nowhere. */
    @Override
    public long graceSeconds(ObjectNode pod) {
        boolean isOver =
                List.of("Succeeded", "Failed").contains(pod.at("/status/phase").asText());
        boolean isPlaced = pod.at("/spec").hasNonNull("nodeName");
        return isOver || !isPlaced
                ? 0
                : Math.max(1, pod.at("/spec/terminationGracePeriodSeconds").asLong(GRACE_SECONDS));
    }

    private static Workload ended(Draft draft, PodDocument before, Workload workload, Meta meta) {
        PodDocument changed = PodDocument.of(new dev.gantry.store.Versioned<>(
                        before.record().key(), workload, before.record().revision()))
                .orElseThrow();
        int grace = meta.json().path(GRACE).asInt();
        return PodEndings.deleted(changed, OptionalInt.of(grace), draft.now());
    }

    /** What says that it ends is written by its ending only. */
    private static ObjectNode withoutDeletion(ObjectNode json) {
        ObjectNode rest = json.deepCopy();
        rest.withObject("/metadata").remove(List.of("deletionTimestamp", GRACE));
        return rest;
    }

    /** Without what may be added; whoever may add it was asked already. */
    private static JsonNode lasting(ObjectNode pod) {
        ObjectNode spec = pod.withObject("/spec").deepCopy();
        spec.remove("ephemeralContainers");
        return spec;
    }

    private static void check(Snapshot image, PodDocument before, ObjectNode object) {
        ObjectNode drawn = PodView.draw(before, image);
        if (!lasting(drawn).equals(lasting(object))) {
            throw KubeRefusal.invalid("", "Pod", before.name().name(), List.of(Cause.forbidden("spec", FIXED)));
        }
        if (!reported(drawn).equals(reported(object))) {
            throw KubeRefusal.forbidden(
                    before.name().resource(),
                    before.name().name(),
                    "the status of a pod is what its node reports; others may add conditions of their own");
        }
    }

    /** The conditions that others than its node say of a pod. */
    private static ArrayNode told(ObjectNode pod) {
        ArrayNode told = Json.object().putArray(CONDITIONS);
        pod.path("status")
                .path(CONDITIONS)
                .valueStream()
                .filter(one -> !PodView.isOfNode(one))
                .forEach(told::add);
        return told;
    }

    /** The status without those. */
    private static JsonNode reported(ObjectNode pod) {
        ObjectNode status = pod.withObject("/status").deepCopy();
        ArrayNode conditions = status.putArray(CONDITIONS);
        pod.path("status")
                .path(CONDITIONS)
                .valueStream()
                .filter(PodView::isOfNode)
                .map(PodRegistry::withoutNulls)
                .forEach(conditions::add);
        return status;
    }

    /** They are drawn with them, and written without. */
    private static JsonNode withoutNulls(JsonNode condition) {
        JsonNode copy = condition.deepCopy();
        copy.properties().removeIf(member -> member.getValue().isNull());
        return copy;
    }
}
