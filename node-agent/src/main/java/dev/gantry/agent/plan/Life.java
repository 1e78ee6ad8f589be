package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerEnd;
import dev.gantry.proto.ContainerStatus;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a container of a pod has behind it, over all its runs.
 *
 * @param restarting the run before was taken away, and the next one has not begun
 * @param crashes ends in a row, each of which doubles the wait for the next run
 * @param troubles attempts in a row that did not come to a run
 * @param notBeforeMs no new attempt before this time
 * @param trouble why it does not run, in kubectl's word and a sentence; empty words when it does
 * @param run when the run began that the probes are about, milliseconds since the epoch
 * @param started it passed its startup probe in this run
 * @param words what its last run left behind at its termination message path
 */
record Life(
        boolean restarting,
        int crashes,
        int troubles,
        long notBeforeMs,
        Trouble trouble,
        Optional<ContainerEnd> lastEnd,
        long run,
        boolean started,
        Map<ProbeKind, Probing> probes,
        String words) {

    record Trouble(String reason, String message) {
        static final Trouble NONE = new Trouble("", "");
    }

    static final Life NEW = new Life(false, 0, 0, 0, Trouble.NONE, Optional.empty(), 0, false, Map.of(), "");

    private static final Duration FIRST_WAIT = Duration.ofSeconds(10);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    /** A run of this length is no crash: the next wait begins anew. */
    private static final Duration GOOD_RUN = Duration.ofMinutes(10);

    private static final int DOUBLINGS_MAX = 6;

    Life {
        probes = Map.copyOf(probes);
    }

    /** What an earlier process reported. */
    static Life recall(ContainerStatus status) {
        Map<ProbeKind, Probing> probes = status.getReady() ? Map.of(ProbeKind.READINESS, Probing.PASSED) : Map.of();
        return new Life(
                false,
                Math.min(DOUBLINGS_MAX, status.getRestartCount()),
                0,
                0,
                Trouble.NONE,
                status.hasLastEnd() ? Optional.of(status.getLastEnd()) : Optional.empty(),
                status.getStartedAtMs(),
                status.getStarted(),
                probes,
                status.getTerminationMessage());
    }

    /** None for the first, then 10 s doubling to 5 minutes. */
    static Duration backOff(int crashes) {
        if (crashes <= 0) {
            return Duration.ZERO;
        }
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(crashes - 1, DOUBLINGS_MAX));
        return wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
    }

    boolean isDue(long nowMs) {
        return isDue(notBeforeMs, nowMs);
    }

    /** Whether there may be an attempt; one that would be too far away is due, because then the clock was set back. */
    static boolean isDue(long dueMs, long nowMs) {
        return dueMs <= nowMs || dueMs - nowMs > LONGEST_WAIT.toMillis();
    }

    /** Ends in a row before this one. */
    int crashesBefore(ObservedContainer ended) {
        boolean wasGood = ended.finishedAtMs() - ended.startedAtMs() >= GOOD_RUN.toMillis();
        return wasGood ? 0 : crashes;
    }

    Life restartedAfter(ContainerEnd end, int crashesNow) {
        return new Life(true, crashesNow, 0, 0, Trouble.NONE, Optional.of(end), 0, false, Map.of(), "");
    }

    Life inTrouble(Trouble now, long untilMs) {
        return new Life(restarting, crashes, troubles + 1, untilMs, now, lastEnd, run, started, probes, words);
    }

    Life waiting(Trouble now) {
        return new Life(restarting, crashes, troubles, notBeforeMs, now, lastEnd, run, started, probes, words);
    }

    /** It runs since that time; what was known of another run is void. */
    Life running(long sinceMs) {
        boolean sameRun = run == sinceMs;
        return new Life(
                false,
                crashes,
                0,
                0,
                Trouble.NONE,
                lastEnd,
                sinceMs,
                sameRun && started,
                sameRun ? probes : Map.of(),
                "");
    }

    Life withStarted() {
        return new Life(restarting, crashes, troubles, notBeforeMs, trouble, lastEnd, run, true, probes, words);
    }

    Life with(ProbeKind kind, Probing probing) {
        Map<ProbeKind, Probing> changed = new EnumMap<>(ProbeKind.class);
        changed.putAll(probes);
        changed.put(kind, probing);
        return new Life(restarting, crashes, troubles, notBeforeMs, trouble, lastEnd, run, started, changed, words);
    }

    Life withWords(String left) {
        return new Life(restarting, crashes, troubles, notBeforeMs, trouble, lastEnd, run, started, probes, left);
    }

    Probing probe(ProbeKind kind) {
        return probes.getOrDefault(kind, Probing.NEW);
    }
}
