package dev.gantry.controller.scheduler;

import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.BalancedPort;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.resource.Workloads.Stage;
import dev.gantry.controller.scheduler.Verdict.Placed;
import dev.gantry.controller.scheduler.Verdict.Unplaced;
import dev.gantry.proto.Node;
import dev.gantry.proto.Placement;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Places all workloads that have no node in one pass, the most urgent first. It has one key, so that passes
 * never overlap and no two decisions give the same room away.
 */
public final class SchedulerReconciler implements Reconciler<Workload> {

    /** How long a standalone task waits for a node; a service's waits for ever. */
    public static final Duration STANDALONE_WAIT = Duration.ofMinutes(30);

    private static final Key<Workload> ALL = Kinds.WORKLOAD.key("", "all");

    /**
     * What runs on every node first, because others have a choice of nodes; then the highest priority, of one priority those
     * for whom others had to go, and of those the oldest, to the second. What came within one second goes by owner
     * and group, because workloads that are alike are decided faster behind each other; the key makes the order certain.
     */
    private static final Comparator<Versioned<Workload>> MOST_URGENT_FIRST =
            Comparator.<Versioned<Workload>, Boolean>comparing(
                            record -> !record.value().getSpec().getDaemon())
                    .thenComparing(record -> record.value().getSpec().getPod().getPriority(), Comparator.reverseOrder())
                    .thenComparing(record ->
                            record.value().getPlacement().getNominatedNode().isEmpty())
                    .thenComparingLong(record -> record.value().getCreatedAtMs() / 1_000)
                    .thenComparing(record -> record.value().getOwner())
                    .thenComparing(record -> record.value().getSpec().getGroup())
                    .thenComparingLong(record -> record.value().getCreatedAtMs())
                    .thenComparing(record -> record.key().scope())
                    .thenComparing(record -> record.key().name());

    private final Scheduler scheduler;
    private final NamespaceLabels namespaces;
    private final Duration standaloneWait;

    /**
     * @param chance decides where a strategy is random
     * @param standaloneWait how long a workload without an owner waits for a node before it fails
     */
    public SchedulerReconciler(RandomGenerator chance, Duration standaloneWait) {
        this(chance, standaloneWait, NamespaceLabels.NONE, DisruptionBudgets.NONE);
    }

    /** With what is known of pods' namespaces and of how many may be made to go. */
    public SchedulerReconciler(
            RandomGenerator chance, Duration standaloneWait, NamespaceLabels namespaces, DisruptionBudgets budgets) {
        this.scheduler = new Scheduler(chance, namespaces, budgets);
        this.namespaces = namespaces;
        this.standaloneWait = standaloneWait;
    }

    @Override
    public String name() {
        return "scheduler";
    }

    @Override
    public Collection<Key<Workload>> all(Snapshot snapshot) {
        return List.of(ALL);
    }

    @Override
    public Collection<Key<Workload>> wokenBy(Change<?> change, Snapshot snapshot) {
        boolean isNews = change.key().kind().equals(Kinds.WORKLOAD)
                ? isNews(stage(change.before()), stage(change.after()), change, snapshot)
                : (change.key().kind().equals(Kinds.NODE) && mayTakeMore(change)
                                || BalancedPort.of(change.key()).isPresent()
                                || namespaces.isAbout(change))
                        && isAnybodyWaiting(snapshot);
        return isNews ? List.of(ALL) : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Workload> key, Instant now) {
        scheduler.follow(snapshot);
        PlacementWrites writes = new PlacementWrites(now);
        for (Versioned<Workload> waiting : waiting(snapshot)) {
            if (writes.areEnough()) {
                return writes.outcome().orWakeAt(now);
            }
            if (VolumeWait.isUnknown(waiting.value())) {
                continue;
            }
            decide(waiting, writes, now);
        }
        return writes.outcome();
    }

    private void decide(Versioned<Workload> waiting, PlacementWrites writes, Instant now) {
        Workload workload = waiting.value();
        Optional<Unplaced> missing = VolumeWait.missing(workload);
        if (missing.isPresent()) {
            writes.keepWaiting(waiting, missing.get(), new Room.None(""), deadline(workload, now));
            return;
        }
        switch (scheduler.place(waiting.key(), workload)) {
            case Placed placed -> writes.place(waiting, placed);
            case Unplaced unplaced ->
                writes.keepWaiting(
                        waiting, unplaced, scheduler.makeRoom(waiting.key(), workload), deadline(workload, now));
        }
    }

    private static List<Versioned<Workload>> waiting(Snapshot snapshot) {
        return snapshot.find(Kinds.WORKLOADS_BY_STAGE, Stage.UNPLACED.name()).stream()
                .sorted(MOST_URGENT_FIRST)
                .toList();
    }

    private Optional<Instant> deadline(Workload workload, Instant now) {
        // A pod waits until somebody deletes it, whoever made it.
        if (!workload.getOwner().isEmpty() || workload.getSpec().hasPod()) {
            return Optional.empty();
        }
        Placement placement = workload.getPlacement();
        Instant since =
                placement.getUnplacedSinceMs() == 0 ? now : Instant.ofEpochMilli(placement.getUnplacedSinceMs());
        return Optional.of(since.plus(standaloneWait));
    }

    private static boolean isNews(@Nullable Stage before, @Nullable Stage after, Change<?> change, Snapshot snapshot) {
        if (after == Stage.UNPLACED) {
            return before != Stage.UNPLACED || asksForSomethingElse(change);
        }
        if (before == after && !isRunningFromNow(change) && !isAnotherNeighbour(change)) {
            return false;
        }
        // Room was freed, or something came that others want to be near to.
        return isAnybodyWaiting(snapshot);
    }

    /** Whether what waits may find now what it did not find before, though nobody else moved. */
    private static boolean asksForSomethingElse(Change<?> change) {
        return change.before() != null
                && change.before().value() instanceof Workload before
                && change.after() != null
                && change.after().value() instanceof Workload after
                && (!before.getSupplies().equals(after.getSupplies())
                        || before.hasSupplies() != after.hasSupplies()
                        || !before.getSpec().equals(after.getSpec())
                        || !before.getOrigin().equals(after.getOrigin())
                                && !Face.of(before).equals(Face.of(after)));
    }

    /** Whether a pod on a node may mean something else to others: its labels, or that it shall stop. */
    private static boolean isAnotherNeighbour(Change<?> change) {
        return change.before() != null
                && change.before().value() instanceof Workload before
                && change.after() != null
                && change.after().value() instanceof Workload after
                && after.getSpec().hasPod()
                && (Workloads.isUnwanted(before) != Workloads.isUnwanted(after)
                        || !before.getOrigin().equals(after.getOrigin()));
    }

    private static boolean isRunningFromNow(Change<?> change) {
        return isRunning(change.after()) && !isRunning(change.before());
    }

    private static boolean isRunning(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload workload && Workloads.isRunning(workload);
    }

    private static @Nullable Stage stage(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload workload ? Workloads.stage(workload) : null;
    }

    private static boolean mayTakeMore(Change<?> change) {
        Node before = node(change.before());
        Node after = node(change.after());
        // A node that went needs a look as well: the reason that somebody waits may now be another
        // one.
        return before == null
                || after == null
                || before.getAdministration() != after.getAdministration()
                || before.getCordoned() != after.getCordoned()
                || !before.getTaintsList().equals(after.getTaintsList())
                || before.getReadiness() != after.getReadiness()
                || before.getAwaitsDaemons() != after.getAwaitsDaemons()
                || !before.getInfo().equals(after.getInfo())
                || !before.getAttributesMap().equals(after.getAttributesMap());
    }

    private static @Nullable Node node(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Node node ? node : null;
    }

    private static boolean isAnybodyWaiting(Snapshot snapshot) {
        return snapshot.count(Kinds.WORKLOADS_BY_STAGE, Stage.UNPLACED.name()) > 0;
    }
}
