package dev.gantry.controller.kube.autoscale;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A pod as one metric sees it. Amounts are in thousandths.
 *
 * @param started      empty for a pod that no node has taken
 * @param isReady      whether it serves now
 * @param readyChanged when that became so
 * @param request      what it asks for; empty when one of its containers does not say
 * @param trouble      why there is no request; may be empty
 * @param value        what it uses; empty while that is not known
 */
record Subject(
        String name,
        Life life,
        Optional<Instant> started,
        boolean isReady,
        Instant readyChanged,
        Optional<Long> request,
        String trouble,
        Optional<Value> value) {

    /** Pods that are over, or about to be, count for nothing. */
    enum Life {
        PENDING,
        RUNNING,
        GOING
    }

    /** How a pod counts. */
    enum Part {
        COUNTED,
        UNREADY,
        MISSING,
        IGNORED
    }

    /** So long after its start a pod may be busy with starting only. */
    private static final Duration INITIALIZATION = Duration.ofMinutes(5);

    /** A pod that has not been ready so soon after its start has never been. */
    private static final Duration INITIAL_READINESS = Duration.ofSeconds(30);

    /** What a pod used on average over the window before {@code at}. */
    record Value(long milli, Instant at, Duration window) {}

    /** @param isProcessor whether it is about the use of processors, which is high while a pod starts */
    Part part(boolean isProcessor, Instant now) {
        if (life == Life.GOING) {
            return Part.IGNORED;
        }
        if (life == Life.PENDING) {
            return Part.UNREADY;
        }
        if (value.isEmpty()) {
            return Part.MISSING;
        }
        return isProcessor && isStarting(value.get(), now) ? Part.UNREADY : Part.COUNTED;
    }

    private boolean isStarting(Value measured, Instant now) {
        if (started.isEmpty()) {
            return true;
        }
        if (started.get().plus(INITIALIZATION).isAfter(now)) {
            return !isReady || measured.at().isBefore(readyChanged.plus(measured.window()));
        }
        return !isReady && started.get().plus(INITIAL_READINESS).isAfter(readyChanged);
    }
}
