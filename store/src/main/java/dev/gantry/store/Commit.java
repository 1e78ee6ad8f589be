package dev.gantry.store;

/** What became of a transaction. */
public sealed interface Commit {

    /** Everything was written, and survives a crash. */
    record Committed(long revision) implements Commit {}

    /**
     * Nothing was written, because {@code key} was not at the revision that the transaction
     * expected.
     */
    record Conflicted(Key<?> key) implements Commit {}
}
