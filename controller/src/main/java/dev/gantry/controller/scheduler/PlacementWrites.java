package dev.gantry.controller.scheduler;

import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.Verdict.Placed;
import dev.gantry.controller.scheduler.Verdict.Unplaced;
import dev.gantry.proto.Placement;
import dev.gantry.proto.Victim;
import dev.gantry.proto.Workload;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Turns verdicts into transactions of a size that the store takes. */
final class PlacementWrites {

    /** Workloads of one transaction; the runtime's own guard must still fit under the store's limit. */
    private static final int OPERATIONS_MAX = 120;

    /** Of workloads that one transaction writes: below the store's limit by more than one workload takes. */
    private static final int BYTES_MAX = 1_000_000;

    /**
     * Transactions of one pass: what comes after them waits for the next pass, which follows at
     * once.
     */
    private static final int TRANSACTIONS_MAX = 100;

    private final Instant now;
    private final List<Transaction> transactions = new ArrayList<>();
    private Transaction.Builder current = Transaction.builder();
    private int bytes;
    private Optional<Instant> wake = Optional.empty();

    PlacementWrites(Instant now) {
        this.now = now;
    }

    boolean areEnough() {
        return transactions.size() >= TRANSACTIONS_MAX;
    }

    void place(Versioned<Workload> workload, Placed placed) {
        write(
                workload,
                workload.value().toBuilder()
                        .setPlacement(Placement.newBuilder()
                                .setNode(placed.nodeId())
                                .setNodeEpoch(placed.nodeEpoch())
                                .setPlacedAtMs(now.toEpochMilli()))
                        .setVersion(workload.value().getVersion() + 1)
                        .build());
    }

    /** Writes down why it waits and for whom, or ends it when it has waited until the deadline. */
    void keepWaiting(Versioned<Workload> workload, Unplaced why, Room room, Optional<Instant> deadline) {
        if (deadline.isPresent() && !now.isBefore(deadline.get())) {
            String reason = "TaskFailedToStart: " + why.code() + ". " + capitalised(why.sentence());
            write(workload, Workloads.ended(workload.value(), "TaskFailedToStart", reason, now));
            return;
        }
        deadline.ifPresent(instant -> wake =
                Optional.of(wake.filter(earlier -> earlier.isBefore(instant)).orElse(instant)));
        Placement before = workload.value().getPlacement();
        Placement.Builder after = Placement.newBuilder()
                .setUnplacedReason(why.sentence())
                .setUnplacedSinceMs(
                        before.getUnplacedSinceMs() == 0 ? now.toEpochMilli() : before.getUnplacedSinceMs());
        switch (room) {
            case Room.Made(String node, List<Victim> victims) ->
                after.setNominatedNode(node).addAllVictims(victims);
            case Room.None(String vain) -> after.setPreemption(vain);
        }
        // Numbers change with every placement elsewhere; only another closest node or cause, or another node where
        // somebody has to go, is worth a write.
        boolean isSame = before.getUnplacedReason().startsWith(why.headline())
                && before.getNominatedNode().equals(after.getNominatedNode())
                && before.getVictimsList().equals(after.getVictimsList());
        if (!isSame) {
            write(workload, workload.value().toBuilder().setPlacement(after).build());
        }
    }

    Outcome outcome() {
        if (!current.isEmpty()) {
            finishTransaction();
        }
        return new Outcome(transactions, wake);
    }

    private void write(Versioned<Workload> before, Workload after) {
        current.update(before, after);
        bytes += after.getSerializedSize();
        if (current.size() >= OPERATIONS_MAX || bytes >= BYTES_MAX) {
            finishTransaction();
        }
    }

    private void finishTransaction() {
        transactions.add(current.build());
        current = Transaction.builder();
        bytes = 0;
    }

    private static String capitalised(String sentence) {
        return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
    }
}
