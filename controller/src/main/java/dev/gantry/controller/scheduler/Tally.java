package dev.gantry.controller.scheduler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How many workloads the nodes with one value of an attribute have. */
final class Tally {

    /** Fewest of the group first, then fewest of any kind, then by value. */
    static final Comparator<Tally> FEWEST_FIRST = Comparator.<Tally>comparingLong(tally -> tally.wanted)
            .thenComparingLong(tally -> tally.live)
            .thenComparing(tally -> tally.value);

    private final String value;
    private final List<Level.Spread> holders = new ArrayList<>(1);
    private long wanted;
    private long live;

    Tally(String value) {
        this.value = value;
    }

    String value() {
        return value;
    }

    long wanted() {
        return wanted;
    }

    void heldBy(Level.Spread level) {
        holders.add(level);
    }

    void leftBy(Level.Spread level) {
        holders.remove(level);
    }

    void add(int moreWanted, int moreLive) {
        if (moreWanted == 0 && moreLive == 0) {
            return;
        }
        // An ordered set must not see its elements change.
        holders.forEach(level -> level.take(this));
        wanted += moreWanted;
        live += moreLive;
        holders.forEach(level -> level.give(this));
    }
}
