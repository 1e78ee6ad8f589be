package dev.gantry.controller.scheduler;

import org.jspecify.annotations.Nullable;

/** A node as one demand sees it, with the keys under which the levels hold it. */
final class Candidate {

    final NodeState node;

    /** By step; unused for steps that are no scores. */
    final long[] scores;

    /** By step; null for steps that do not spread over an attribute. */
    final @Nullable Tally[] tallies;

    /** The node's part in its tallies. */
    int wanted;

    int live;

    /** The node's stamp when all this was computed; -1 for never. */
    long stamp = -1;

    long recordRevision = -1;
    boolean admittedForLong;

    /** Whether the levels hold it. */
    boolean inside;

    /** Its place in a level of chance. */
    int slot;

    Candidate(NodeState node, int steps) {
        this.node = node;
        this.scores = new long[steps];
        this.tallies = new Tally[steps];
    }

    Tally tally(int step) {
        Tally tally = tallies[step];
        if (tally == null) {
            throw new IllegalStateException("step " + step + " does not spread over an attribute");
        }
        return tally;
    }
}
