package dev.gantry.agent.plan;

import java.util.Optional;

/**
 * What is known of one container between two plans.
 *
 * @param imageDigest "sha256:..." of the image that serves, once it is ready
 * @param begun a start was begun at some time, so that only the restart policy may start it again
 * @param failure why it will never run; empty otherwise
 * @param unsure a start had no clear answer: look before doing anything else
 * @param logTail present once read after the last exit
 * @param attempts calls in a row that found no engine
 * @param notBeforeMs no new attempt before this time
 */
public record Standing(
        Step step,
        boolean imageReady,
        String imageDigest,
        boolean begun,
        int restarts,
        String failure,
        boolean unsure,
        Optional<ObservedContainer> seen,
        Optional<String> logTail,
        int attempts,
        long notBeforeMs) {

    /** Between two attempts. */
    static final long RETRY_MS_MAX = 30_000;

    static final Standing NEW =
            new Standing(Step.NONE, false, "", false, 0, "", false, Optional.empty(), Optional.empty(), 0, 0);

    boolean isIdle() {
        return step == Step.NONE;
    }

    /** Whether there may be an attempt; one that would be too far away is due, because then the clock was set back. */
    boolean isDue(long nowMs) {
        return notBeforeMs <= nowMs || notBeforeMs - nowMs > RETRY_MS_MAX;
    }

    boolean isRunning() {
        return seen.filter(ObservedContainer::isRunning).isPresent();
    }

    boolean isExited() {
        return seen.filter(ObservedContainer::isExited).isPresent();
    }

    /** It had been started, and the engine knows it no more. */
    boolean isLost() {
        return begun && seen.isEmpty() && !unsure && failure.isEmpty();
    }

    /** It ran at some time, or runs. */
    boolean hasRun() {
        return isRunning() || isExited() || isLost();
    }

    Standing doing(Step next) {
        return new Standing(
                next, imageReady, imageDigest, begun, restarts, failure, unsure, seen, logTail, attempts, notBeforeMs);
    }

    Standing withImage(String digest) {
        return new Standing(Step.NONE, true, digest, begun, restarts, failure, unsure, seen, logTail, 0, 0);
    }

    Standing withoutImage() {
        return new Standing(
                step, false, imageDigest, begun, restarts, failure, unsure, seen, logTail, attempts, notBeforeMs);
    }

    Standing restarting() {
        return new Standing(
                Step.LAUNCH,
                imageReady,
                imageDigest,
                begun,
                restarts + 1,
                failure,
                unsure,
                seen,
                Optional.empty(),
                attempts,
                notBeforeMs);
    }

    /** Its last run is taken away to make room for the next one. */
    Standing renewing() {
        return new Standing(
                Step.REMOVE, imageReady, imageDigest, begun, restarts + 1, "", unsure, seen, Optional.empty(), 0, 0);
    }

    /** The same when nothing of it is left. */
    Standing renewed() {
        return new Standing(
                Step.NONE,
                imageReady,
                imageDigest,
                true,
                restarts + 1,
                "",
                false,
                Optional.empty(),
                Optional.empty(),
                0,
                0);
    }

    /** As if the last attempt had not been made. */
    Standing retried(boolean withImage) {
        return new Standing(Step.NONE, withImage, imageDigest, begun, restarts, "", unsure, seen, logTail, 0, 0);
    }

    Standing failed(String reason, boolean nowUnsure) {
        return new Standing(
                Step.NONE, imageReady, imageDigest, begun, restarts, reason, nowUnsure, seen, logTail, 0, 0);
    }

    Standing delayed(boolean nowUnsure, long untilMs) {
        return new Standing(
                Step.NONE,
                imageReady,
                imageDigest,
                begun,
                restarts,
                failure,
                unsure || nowUnsure,
                seen,
                logTail,
                attempts + 1,
                untilMs);
    }

    Standing withTail(String lines) {
        return new Standing(
                Step.NONE,
                imageReady,
                imageDigest,
                begun,
                restarts,
                failure,
                unsure,
                seen,
                Optional.of(lines),
                attempts,
                notBeforeMs);
    }

    Standing saw(ObservedContainer now) {
        if (seen.filter(now::isOlderThan).isPresent()) {
            return this;
        }
        boolean ran = now.state() != ObservedContainer.State.CREATED;
        return new Standing(
                step,
                true,
                imageDigest.isEmpty() ? now.imageId() : imageDigest,
                begun || ran,
                restarts,
                failure,
                false,
                Optional.of(now),
                now.isRunning() ? Optional.empty() : logTail,
                0,
                0);
    }

    Standing gone() {
        return new Standing(
                step,
                imageReady,
                imageDigest,
                begun || unsure,
                restarts,
                failure,
                false,
                Optional.empty(),
                logTail,
                0,
                0);
    }
}
