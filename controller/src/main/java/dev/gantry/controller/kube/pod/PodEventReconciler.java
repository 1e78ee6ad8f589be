package dev.gantry.controller.kube.pod;

import dev.gantry.controller.kube.document.NodeNames;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Uids;
import dev.gantry.controller.kube.event.EventLog;
import dev.gantry.controller.kube.event.Happening;
import dev.gantry.controller.kube.event.Regarding;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Tells in events what happens to pods. They follow from the pods' records, so that none is told twice and none is lost with a leader. */
public final class PodEventReconciler implements Reconciler<Workload> {

    @Override
    public String name() {
        return "kube-pod-events";
    }

    @Override
    public int atOnce() {
        return MANY;
    }

    @Override
    public Collection<Key<Workload>> all(Snapshot snapshot) {
        return PodDocument.keys(snapshot);
    }

    @Override
    public Collection<Key<Workload>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (!change.key().kind().equals(Kinds.WORKLOAD)) {
            return List.of();
        }
        List<Happening> after = happenings(change.after());
        return after.equals(happenings(change.before()))
                ? List.of()
                : List.of(Kinds.WORKLOAD.key(change.key().scope(), change.key().name()));
    }

    private static List<Happening> happenings(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload workload
                ? Pods.pod(workload)
                        .map(pod -> PodHappenings.of(workload, pod, UnaryOperator.identity()))
                        .orElse(List.of())
                : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Workload> key, Instant now) {
        Optional<Workload> workload = snapshot.get(key).map(Versioned::value);
        Optional<KubePod> pod = workload.flatMap(Pods::pod);
        if (pod.isEmpty()) {
            return Outcome.nothing();
        }
        Transaction.Builder writes = Transaction.builder();
        EventLog log = new EventLog(snapshot, writes, now);
        Regarding regarding = Regarding.pod(
                new ObjectName(
                        pod.get().getCluster(),
                        ResourceName.PODS,
                        pod.get().getNamespace(),
                        pod.get().getName()),
                Uids.of(workload.get().getId()));
        PodHappenings.of(workload.get(), pod.get(), id -> NodeNames.of(snapshot, id)).stream()
                .takeWhile(_ -> writes.size() < Transaction.OPERATIONS_MAX - 8)
                .forEach(happening -> log.tell(regarding, happening));
        return Outcome.write(writes.build());
    }
}
