package dev.gantry.controller.kube.autoscale;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.custom.ClusterTypes;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.owner.Concerned;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Samples;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks after each autoscaler now and then: what was measured is no change in the store that could wake anybody. It remembers between its
 * passes what it recommended lately, as upstream does; a new leader begins anew, and then scales down later rather than sooner.
 */
public final class AutoscalerReconciler implements Reconciler<KubeObject> {

    private static final ResourceName AUTOSCALERS = new ResourceName("autoscaling", "horizontalpodautoscalers");
    private static final Duration INTERVAL = Duration.ofSeconds(15);

    private final Concerned concerned = new Concerned(AUTOSCALERS);
    private final ClusterTypes types = new ClusterTypes(ResourceTypes.builtIn());
    private final Samples samples;
    // As many as there are autoscalers: the entry goes with the record.
    private final Map<Key<KubeObject>, Memory> memories = new ConcurrentHashMap<>();

    /**
     * What is known of an autoscaler's last pass.
     *
     * @param revision that it looked at
     * @param wrote    whether it wanted to write something
     */
    private record Memory(String uid, JsonNode spec, long revision, boolean wrote, Instant at, History history) {

        /** Whether there is nothing new: its own writes, among others, are no reason to look again at once. */
        boolean isFresh(KubeDocument autoscaler, Instant now) {
            boolean isLost = wrote && autoscaler.record().revision() == revision;
            return !isLost && autoscaler.spec().equals(spec) && now.isBefore(at.plus(INTERVAL));
        }
    }

    public AutoscalerReconciler(Samples samples) {
        this.samples = samples;
    }

    @Override
    public String name() {
        return "kube-autoscalers";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return concerned.all(snapshot);
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (!change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return List.of();
        }
        ObjectName name = ObjectName.of(change.key());
        return name.resource().equals(AUTOSCALERS) ? List.of(name.key()) : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<KubeDocument> found = snapshot.get(key)
                .map(KubeDocument::of)
                .filter(one -> !one.meta().isDeleted());
        if (found.isEmpty()) {
            memories.remove(key);
            return Outcome.nothing();
        }
        KubeDocument autoscaler = found.get();
        Optional<Memory> before = Optional.ofNullable(memories.get(key))
                .filter(memory -> memory.uid().equals(autoscaler.meta().uid()));
        if (before.filter(memory -> memory.isFresh(autoscaler, now)).isPresent()) {
            return Outcome.wakeAt(before.get().at().plus(INTERVAL));
        }
        History history = withLastScaling(before.map(Memory::history).orElse(History.NONE), autoscaler.status());
        AutoscalerPass.Result result = new AutoscalerPass(snapshot, autoscaler, samples, now)
                .decide(types.of(snapshot, autoscaler.name().cluster()), history);
        memories.put(
                key,
                new Memory(
                        autoscaler.meta().uid(),
                        autoscaler.spec(),
                        autoscaler.record().revision(),
                        !result.writes().isEmpty(),
                        now,
                        result.history()));
        return Outcome.write(List.of(result.writes())).orWakeAt(now.plus(INTERVAL));
    }

    /** From the status: a scaling that was decided, but not committed, is none. */
    private static History withLastScaling(History history, JsonNode status) {
        int change = status.path("desiredReplicas").asInt()
                - status.path("currentReplicas").asInt();
        return Times.read(status.path("lastScaleTime"))
                .map(at -> history.scaled(at, change))
                .orElse(history);
    }
}
