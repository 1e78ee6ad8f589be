package dev.gantry.controller.nodes;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends the workloads of a node that will not report on them, in transactions of a size that the
 * store takes.
 */
record Endings(String code, String reason, Instant now) {

    /** Leaves room for the runtime's own guard under the store's limit. */
    private static final int OPERATIONS_MAX = 120;

    /** Of workloads that one transaction writes: below the store's limit by more than one workload takes. */
    private static final int BYTES_MAX = 1_000_000;

    /** ECS's words for tasks whose instance went away. */
    static Endings hostTerminated(String node, Instant now) {
        return new Endings("TerminationNotice", "Host EC2 (instance " + node + ") terminated.", now);
    }

    /** ECS's words for tasks whose instance was taken out by force. */
    static Endings deregistered(Instant now) {
        return new Endings("UserInitiated", "Container instance deregistration forced by user", now);
    }

    /** What {@code first} holds already is written first, with as many endings as fit. */
    List<Transaction> after(Transaction.Builder first, List<Versioned<Workload>> workloads) {
        List<Transaction> transactions = new ArrayList<>();
        Transaction.Builder current = first;
        int bytes = 0;
        for (Versioned<Workload> workload : workloads) {
            if (current.size() >= OPERATIONS_MAX || bytes >= BYTES_MAX) {
                transactions.add(current.build());
                current = Transaction.builder();
                bytes = 0;
            }
            Workload ended = end(workload.value());
            current.update(workload, ended);
            bytes += ended.getSerializedSize();
        }
        if (!current.isEmpty()) {
            transactions.add(current.build());
        }
        return transactions;
    }

    private Workload end(Workload workload) {
        Wish wish = workload.getWish();
        // Who was asked to stop before has stopped for that reason.
        return wish.getDesired() == RunState.STOP
                ? Workloads.ended(workload, wish.getStopCode(), wish.getStopReason(), now)
                : Workloads.ended(workload, code, reason, now);
    }
}
