package dev.gantry.controller.kube.batch;

import dev.gantry.controller.kube.document.PodDocument;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * A pod of a job.
 *
 * @param index of the completion that it works for, if the job has such
 * @param counted whether the job's figures have it already
 * @param restarts of all its containers
 * @param ended when it ended; of no meaning before
 */
record Attempt(
        String name,
        OptionalInt index,
        State state,
        boolean ready,
        boolean placed,
        boolean counted,
        int restarts,
        Instant created,
        Instant ended) {

    static final String INDEX = "batch.kubernetes.io/job-completion-index";

    /** Keeps a pod until its job has counted it. */
    static final String FINALIZER = "batch.kubernetes.io/job-tracking";

    enum State {
        ACTIVE,
        /** Its deletion was asked for, and it has not ended. */
        ENDING,
        SUCCEEDED,
        FAILED
    }

    static Attempt of(PodDocument pod) {
        String index = pod.meta().annotations().getOrDefault(INDEX, "");
        return new Attempt(
                pod.name().name(),
                index.matches("\\d{1,9}") ? OptionalInt.of(Integer.parseInt(index)) : OptionalInt.empty(),
                state(pod),
                pod.isReady(),
                !pod.record().value().getPlacement().getNode().isEmpty(),
                !pod.meta().finalizers().contains(FINALIZER),
                pod.restarts(),
                Instant.ofEpochMilli(pod.record().value().getCreatedAtMs()),
                Instant.ofEpochMilli(pod.record().value().getObserved().getStoppedAtMs()));
    }

    private static State state(PodDocument pod) {
        return switch (pod.phase()) {
            case SUCCEEDED -> State.SUCCEEDED;
            case FAILED -> State.FAILED;
            default -> pod.isDeleted() ? State.ENDING : State.ACTIVE;
        };
    }

    boolean isActive() {
        return state == State.ACTIVE;
    }

    boolean isOver() {
        return state == State.SUCCEEDED || state == State.FAILED;
    }
}
