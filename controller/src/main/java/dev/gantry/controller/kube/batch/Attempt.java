package dev.gantry.controller.kube.batch;

import dev.gantry.controller.kube.batch.FailurePolicy.Action;
import dev.gantry.controller.kube.batch.FailurePolicy.Judgement;
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
 * @param failures of its index before it
 * @param judgement what its own failure means; of no meaning when it has not failed, or was counted
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
        Instant ended,
        FailureCount failures,
        Judgement judgement) {

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

    static Attempt of(PodDocument pod, FailurePolicy policy) {
        String index = pod.meta().annotations().getOrDefault(INDEX, "");
        boolean counted = !pod.finalizers().contains(FINALIZER);
        State state = state(pod);
        return new Attempt(
                pod.name().name(),
                index.matches("\\d{1,9}") ? OptionalInt.of(Integer.parseInt(index)) : OptionalInt.empty(),
                state,
                pod.isReady(),
                !pod.record().value().getPlacement().getNode().isEmpty(),
                counted,
                pod.restarts(),
                Instant.ofEpochMilli(pod.record().value().getCreatedAtMs()),
                Instant.ofEpochMilli(pod.record().value().getObserved().getStoppedAtMs()),
                FailureCount.of(pod.meta().annotations()),
                counted ? Judgement.COUNTED : judgement(pod, state, policy));
    }

    private static Judgement judgement(PodDocument pod, State state, FailurePolicy policy) {
        boolean isFailed = state == State.FAILED || state == State.ENDING;
        return isFailed && !policy.rules().isEmpty() ? policy.judge(PodFailure.of(pod)) : Judgement.COUNTED;
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

    /** Whether it is lost for the job: a pod that somebody deletes is that even while it is ending, unless it is waited for. */
    boolean hasFailed(JobRules rules) {
        return state == State.FAILED || state == State.ENDING && !rules.replacesEnded();
    }

    /** Whether the job's failure policy has its failure count for nothing. */
    boolean isIgnored() {
        return judgement.action() == Action.IGNORE;
    }
}
