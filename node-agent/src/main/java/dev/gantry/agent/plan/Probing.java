package dev.gantry.agent.plan;

/**
 * How one probe of one run of a container stands.
 *
 * @param asking an answer is awaited
 * @param answeredAtMs the last answer; 0 before the first
 * @param successes answers in a row
 * @param failures answers in a row
 * @param passing by the thresholds
 */
record Probing(boolean asking, long answeredAtMs, int successes, int failures, boolean passing, String message) {

    static final Probing NEW = new Probing(false, 0, 0, 0, false, "");
    static final Probing PASSED = new Probing(false, 0, 0, 0, true, "");

    Probing asked() {
        return new Probing(true, answeredAtMs, successes, failures, passing, message);
    }

    Probing answered(boolean success, String said, long atMs) {
        return success
                ? new Probing(false, atMs, successes + 1, 0, passing, "")
                : new Probing(false, atMs, 0, failures + 1, passing, said);
    }

    /** Takes the thresholds into account. */
    Probing judged(int successThreshold, int failureThreshold) {
        boolean now = passing ? failures < failureThreshold : successes >= Math.max(1, successThreshold);
        return new Probing(asking, answeredAtMs, successes, failures, now, message);
    }

    boolean hasFailed(int failureThreshold) {
        return failures >= Math.max(1, failureThreshold);
    }
}
