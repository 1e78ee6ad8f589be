package dev.gantry.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePMap;

/** The last steps that led to an image. Immutable; neighbours in time share their structure. */
final class Recent {

    static final Recent NOTHING = new Recent(TreePMap.empty());

    /** Steps that are remembered. They keep superseded records in memory, so they are few. */
    private static final int STEPS_MAX = 512;

    /**
     * A step that is longer comes from reading everything anew: comparing costs its reader no more
     * than following.
     */
    private static final int CHANGES_MAX = 1_000;

    private record Step(long from, List<Change<?>> changes) {}

    private final TreePMap<Long, Step> byRevision;

    private Recent(TreePMap<Long, Step> byRevision) {
        this.byRevision = byRevision;
    }

    Recent with(long from, long to, List<Change<?>> changes) {
        if (changes.size() > CHANGES_MAX) {
            return NOTHING;
        }
        TreePMap<Long, Step> next = byRevision.plus(to, new Step(from, List.copyOf(changes)));
        return new Recent(next.size() > STEPS_MAX ? next.minus(next.firstKey()) : next);
    }

    /** Empty when the step that began at the revision is not remembered. */
    Optional<List<Change<?>>> since(long revision) {
        List<Change<?>> changes = new ArrayList<>();
        boolean isWhole = false;
        for (Step step : byRevision.tailMap(revision + 1).values()) {
            isWhole |= step.from() == revision;
            changes.addAll(step.changes());
        }
        return isWhole ? Optional.of(changes) : Optional.empty();
    }
}
