package dev.gantry.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePMap;

/** The last steps that led to an image. Immutable; neighbours in time share their structure. */
final class Recent {

    static final Recent NOTHING = new Recent(TreePMap.empty(), 0);

    /** Steps that are remembered. They keep superseded records in memory, so they are few. */
    private static final int STEPS_MAX = 512;

    /**
     * A step that is longer comes from reading everything anew: comparing costs its reader no more
     * than following.
     */
    private static final int CHANGES_MAX = 1_000;

    /** In all steps together: with full transactions, that is what bounds the memory they keep. */
    private static final int ALL_CHANGES_MAX = 16_384;

    private record Step(long from, List<Change<?>> changes) {}

    private final TreePMap<Long, Step> byRevision;
    private final int count;

    private Recent(TreePMap<Long, Step> byRevision, int count) {
        this.byRevision = byRevision;
        this.count = count;
    }

    Recent with(long from, long to, List<Change<?>> changes) {
        if (changes.size() > CHANGES_MAX) {
            return NOTHING;
        }
        TreePMap<Long, Step> next = byRevision.plus(to, new Step(from, List.copyOf(changes)));
        int left = count + changes.size();
        while (next.size() > STEPS_MAX || left > ALL_CHANGES_MAX) {
            left -= next.firstEntry().getValue().changes().size();
            next = next.minus(next.firstKey());
        }
        return new Recent(next, left);
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
