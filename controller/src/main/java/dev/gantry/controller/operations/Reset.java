package dev.gantry.controller.operations;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Commit;
import dev.gantry.store.Kind;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import java.util.List;

/**
 * Empties everything that users declared, for test suites. Services go before their tasks: a service planner's
 * creations are guarded by the service, so none can come after. Agents stop what is no longer theirs. Nodes stay.
 */
final class Reset {

    private static final List<Kind<?>> ORDER = List.of(
            Kinds.ECS_SERVICE,
            Kinds.ECS_DAEMON,
            Kinds.WORKLOAD,
            Kinds.EVENT,
            Kinds.EXEC_SESSION,
            Kinds.ECS_TASK_DEFINITION,
            Kinds.ECS_FAMILY,
            Kinds.ECS_DAEMON_TASK_DEFINITION,
            Kinds.ECS_DAEMON_FAMILY,
            Kinds.IDEMPOTENCY,
            Kinds.ECS_ACCOUNT_SETTINGS,
            Kinds.ECS_CLUSTER,
            Kinds.ECS_CAPACITY_PROVIDER,
            Kinds.EVENT_SEGMENT);
    private static final int PER_TRANSACTION = 60;
    private static final int ROUNDS_MAX = 100_000;

    private final Store store;

    Reset(Store store) {
        this.store = store;
    }

    /** How many records went. */
    int run() throws InterruptedException {
        int gone = 0;
        for (Kind<?> kind : ORDER) {
            gone += empty(kind);
        }
        return gone;
    }

    private int empty(Kind<?> kind) throws InterruptedException {
        int gone = 0;
        Snapshot snapshot = store.snapshot();
        for (int round = 0; round < ROUNDS_MAX; round++) {
            List<? extends Versioned<?>> some =
                    snapshot.list(kind).stream().limit(PER_TRANSACTION).toList();
            if (some.isEmpty()) {
                return gone;
            }
            Transaction.Builder deletes = Transaction.builder();
            some.forEach(deletes::delete);
            switch (store.commit(deletes.build())) {
                case Commit.Committed(long revision) -> {
                    gone += some.size();
                    snapshot = store.snapshotAt(revision);
                }
                case Commit.Conflicted _ -> snapshot = store.snapshotAt(snapshot.revision() + 1);
            }
        }
        throw new UnavailableException(kind + " records come faster than they can be deleted");
    }
}
