package dev.gantry.store.embedded;

/**
 * Decides when to give back the space that superseded values still hold. Under load only when most of the file is such
 * space and not with every write; when there is nothing else to do, until little of it is left.
 */
final class Growth {

    private static final long FILE_BYTES_MIN = 16L << 20;
    private static final int BUSY_LIVE_PERCENT = 40;
    private static final int IDLE_LIVE_PERCENT = 70;
    private static final int BUSY_TURNS = 20;

    private int turns;
    private boolean exhausted;

    boolean compactionIsDue(boolean idle, long fileBytes, int livePercent) {
        if (!idle) {
            turns++;
            exhausted = false;
        }
        if (fileBytes < FILE_BYTES_MIN || exhausted) {
            return false;
        }
        return idle ? livePercent < IDLE_LIVE_PERCENT : turns >= BUSY_TURNS && livePercent < BUSY_LIVE_PERCENT;
    }

    /** Remembers whether the last time did anything; if not, it is of no use before the next write. */
    void compacted(boolean changed) {
        turns = 0;
        exhausted = !changed;
    }
}
