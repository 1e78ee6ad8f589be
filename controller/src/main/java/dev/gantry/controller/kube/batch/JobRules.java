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
        boolean replacesEnded) {

    private static final int BACKOFF_LIMIT = 6;

    static JobRules of(JsonNode spec) {
        return new JobRules(
                spec.path("parallelism").asInt(1),
                spec.hasNonNull("completions")
                        ? OptionalInt.of(spec.path("completions").asInt())
                        : OptionalInt.empty(),
                spec.path("backoffLimit").asInt(BACKOFF_LIMIT),
                seconds(spec, "activeDeadlineSeconds"),
                seconds(spec, "ttlSecondsAfterFinished"),
                spec.path("suspend").asBoolean(),
                spec.path("completionMode").asText().equals("Indexed"),
                spec.at("/template/spec/restartPolicy").asText().equals("OnFailure"),
                spec.path("podReplacementPolicy").asText().equals("Failed"));
    }

    private static Optional<Duration> seconds(JsonNode spec, String member) {
        return spec.hasNonNull(member)
                ? Optional.of(Duration.ofSeconds(spec.path(member).asLong()))
                : Optional.empty();
    }
}
