package dev.gantry.controller.scheduler;

import org.jspecify.annotations.Nullable;

/** A node as one demand sees it, with the keys under which the levels hold it. */
final class Candidate {

    private static final int BYTE_MAX = 0xFF;

    final NodeState node;

    /** The node's {@link #prefix}, at hand because ordered levels compare candidates more often than anything else. */
    private final long prefix;

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
        this.prefix = prefix(node.id());
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

    /** In the order of the nodes' ids. */
    int compareIds(Candidate other) {
        int order = Long.compareUnsigned(prefix, other.prefix);
        return order != 0 ? order : node.id().compareTo(other.node.id());
    }

    /**
     * The first eight characters as a number. Where two of these differ, the texts are in the same order; a character
     * that has no room ends it.
     */
    static long prefix(String id) {
        long prefix = 0;
        boolean ended = false;
        for (int i = 0; i < Long.BYTES; i++) {
            int character = ended || i >= id.length() ? 0 : Math.min(id.charAt(i), BYTE_MAX);
            ended |= character == BYTE_MAX;
            prefix = prefix << Byte.SIZE | character;
        }
        return prefix;
    }
}
