package dev.gantry.controller.ecs;

import dev.gantry.controller.aws.AwsException;
import dev.gantry.store.Commit.Committed;
import dev.gantry.store.Commit.Conflicted;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.util.function.Function;

/** The one place where ECS handlers write: decide on an image, commit, and on a conflict read again and decide again. */
final class Writes {

    private static final int ATTEMPTS_MAX = 16;
    private static final int UNAVAILABLE = 503;

    private final Store store;

    Writes(Store store) {
        this.store = store;
    }

    Snapshot snapshot() {
        return store.snapshot();
    }

    <T> T decide(Function<Snapshot, Decision<T>> decision) throws InterruptedException {
        Snapshot snapshot = store.snapshot();
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Decision<T> decided = decision.apply(snapshot);
            if (decided.writes().isEmpty()) {
                return decided.answer().apply(snapshot);
            }
            switch (store.commit(decided.writes())) {
                case Committed(long revision) -> {
                    return decided.answer().apply(store.snapshotAt(revision));
                }
                // Whoever was faster wrote at a later revision than the one this decision saw.
                case Conflicted _ -> snapshot = store.snapshotAt(snapshot.revision() + 1);
            }
        }
        throw new AwsException(
                "ServerException",
                UNAVAILABLE,
                "The resource is being changed by others all the time. Try again later.");
    }
}
