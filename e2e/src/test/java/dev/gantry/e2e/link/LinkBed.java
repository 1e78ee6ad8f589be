package dev.gantry.e2e.link;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Node;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.store.Commit;
import dev.gantry.store.Key;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Writes into the store what the rest of a controller would. */
final class LinkBed {

    private LinkBed() {}

    static Optional<Node> node(Store store, String id) {
        return store.snapshot().get(Kinds.NODE.key("", id)).map(Versioned::value);
    }

    static void place(Store store, String workload, String node) throws InterruptedException {
        long epoch = node(store, node).map(Node::getEpoch).orElse(0L);
        create(
                store,
                Kinds.WORKLOAD.key("default", workload),
                Workload.newBuilder()
                        .setId(workload)
                        .setScope("default")
                        .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                        .setPlacement(Placement.newBuilder().setNode(node).setNodeEpoch(epoch))
                        .build());
    }

    static void create(Store store, Key<Workload> key, Workload workload) throws InterruptedException {
        committed(store, Transaction.builder().create(key, workload).build());
    }

    static void changeNode(Store store, String id, UnaryOperator<Node.Builder> change) throws InterruptedException {
        Commit outcome;
        do {
            Versioned<Node> node = store.snapshot().get(Kinds.NODE.key("", id)).orElseThrow();
            outcome = store.commit(Transaction.builder()
                    .update(node, change.apply(node.value().toBuilder()).build())
                    .build());
        } while (outcome instanceof Commit.Conflicted);
    }

    /** Writes a workload's record again, as an API that sets tags would. */
    static void touch(Store store, String workload) throws InterruptedException {
        Commit outcome;
        do {
            Versioned<Workload> record = store.snapshot()
                    .get(Kinds.WORKLOAD.key("default", workload))
                    .orElseThrow();
            Workload touched = record.value().toBuilder()
                    .setVersion(record.value().getVersion() + 1)
                    .build();
            outcome = store.commit(Transaction.builder().update(record, touched).build());
        } while (outcome instanceof Commit.Conflicted);
    }

    static Phase phase(Store store, String workload) {
        return store.snapshot()
                .get(Kinds.WORKLOAD.key("default", workload))
                .map(record -> record.value().getObserved().getPhase())
                .orElse(Phase.PHASE_UNSPECIFIED);
    }

    private static void committed(Store store, Transaction transaction) throws InterruptedException {
        if (!(store.commit(transaction) instanceof Commit.Committed(long revision))) {
            throw new IllegalStateException("the test's own write met another");
        }
        store.snapshotAt(revision);
    }
}
