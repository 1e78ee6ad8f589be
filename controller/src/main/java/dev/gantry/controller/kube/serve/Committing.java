package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.registry.Draft;
import dev.gantry.store.Commit;
import dev.gantry.store.Images;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/** Decides and commits, and decides again when somebody else was quicker. */
final class Committing {

    private static final int ATTEMPTS = 10;
    private static final Duration NEWS_WITHIN = Duration.ofSeconds(2);

    /** What was decided: the object as it shall be, or as it was last. */
    record Decided(ObjectNode object, boolean isGone) {}

    private final Store store;
    private final InstantSource clock;

    Committing(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * Decides on the newest image until nothing stands in the way.
     *
     * @param dryRun leaves out the writing
     * @param actor  the user who wants it; empty for the server itself
     */
    Decided write(boolean dryRun, String actor, Function<Draft, Decided> decision) throws InterruptedException {
        Snapshot image = store.snapshot();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Transaction.Builder writes = Transaction.builder();
            Draft draft = new Draft(image, writes, clock.instant(), actor);
            Decided decided = decision.apply(draft);
            if (dryRun || writes.isEmpty()) {
                return decided;
            }
            Optional<Long> revision = commit(writes.build());
            if (revision.isPresent()) {
                // The caller's next request must see what this one wrote.
                Snapshot written = store.snapshotAt(revision.get());
                for (Draft.Sequel sequel : draft.sequels()) {
                    sequel.run(written);
                }
                if (!decided.isGone()) {
                    decided.object().withObject("/metadata").put("resourceVersion", Long.toString(revision.get()));
                }
                return decided;
            }
            image = Images.newerThan(store, image, NEWS_WITHIN);
        }
        throw KubeRefusal.of(Reason.TOO_MANY_REQUESTS, "the object changes faster than it can be written; try again");
    }

    private Optional<Long> commit(Transaction transaction) throws InterruptedException {
        return switch (store.commit(transaction)) {
            case Commit.Committed(long revision) -> Optional.of(revision);
            case Commit.Conflicted _ -> Optional.empty();
        };
    }
}
