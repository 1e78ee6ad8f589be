package dev.gantry.controller.kube.batch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a job's spec says.
 *
 * @param completions how many pods must succeed; empty where the first success is enough
 * @param backoffLimit how many failures it takes
 * @param deadline how long it may be active
 * @param keep how long it is kept when it has finished
 * @param indexed whether each completion has an index of its own
 * @param restarts whether containers are started again in their pod
 * @param replacesEnded whether a pod is replaced only when it has ended, not as soon as it is ending
 * @param indexLimits what failures of single indexes mean; empty where indexes do not fail
 */
record JobRules(
        int parallelism,
        OptionalInt completions,
        int backoffLimit,
        Optional<Duration> deadline,
        Optional<Duration> keep,
        boolean suspended,
        boolean indexed,
        boolean restarts,
        boolean replacesEnded,
        Optional<IndexLimits> indexLimits,
        FailurePolicy failurePolicy,
        SuccessPolicy successPolicy) {

    /**
     * @param failures how many an index may have and be tried again
     * @param failedIndexes how many indexes may fail while the others still run; empty for any number
     */
    record IndexLimits(int failures, OptionalInt failedIndexes) {}

    private static final int BACKOFF_LIMIT = 6;

    static JobRules of(JsonNode spec) {
        return new JobRules(
                spec.path("parallelism").asInt(1),
                number(spec, "completions"),
                spec.path("backoffLimit").asInt(BACKOFF_LIMIT),
                seconds(spec, "activeDeadlineSeconds"),
                seconds(spec, "ttlSecondsAfterFinished"),
                spec.path("suspend").asBoolean(),
                spec.path("completionMode").asText().equals("Indexed"),
                spec.at("/template/spec/restartPolicy").asText().equals("OnFailure"),
                spec.path("podReplacementPolicy").asText().equals("Failed"),
                spec.hasNonNull("backoffLimitPerIndex")
                        ? Optional.of(new IndexLimits(
                                spec.path("backoffLimitPerIndex").asInt(), number(spec, "maxFailedIndexes")))
                        : Optional.empty(),
                FailurePolicy.of(spec.path("podFailurePolicy")),
                SuccessPolicy.of(spec.path("successPolicy")));
    }

    /** The first index that there is not. */
    int indexEnd() {
        return completions.orElse(0);
    }

    private static OptionalInt number(JsonNode spec, String member) {
        return spec.hasNonNull(member) ? OptionalInt.of(spec.path(member).asInt()) : OptionalInt.empty();
    }

    private static Optional<Duration> seconds(JsonNode spec, String member) {
        return spec.hasNonNull(member)
                ? Optional.of(Duration.ofSeconds(spec.path(member).asLong()))
                : Optional.empty();
    }
}
