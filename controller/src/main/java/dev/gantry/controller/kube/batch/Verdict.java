package dev.gantry.controller.kube.batch;

/**
 * How a job ends, in upstream's words. Once it is certain it is read back from the job's conditions: what led to it may be
 * gone by then.
 */
record Verdict(boolean isSuccess, String reason, String message) {

    static final Verdict COMPLETE =
            new Verdict(true, "CompletionsReached", "Reached expected number of succeeded pods");
    static final Verdict BACKOFF_LIMIT = failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
    static final Verdict DEADLINE = failure("DeadlineExceeded", "Job was active longer than specified deadline");
    static final Verdict FAILED_INDEXES = failure("FailedIndexes", "Job has failed indexes");
    static final Verdict TOO_MANY_FAILED_INDEXES =
            failure("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");

    /** By a rule of its failure policy. */
    static Verdict failedByPolicy(String message) {
        return failure("PodFailurePolicy", message);
    }

    /** By a rule of its success policy. */
    static Verdict succeededByPolicy(int rule) {
        return new Verdict(true, "SuccessPolicy", "Matched rules at index " + rule);
    }

    private static Verdict failure(String reason, String message) {
        return new Verdict(false, reason, message);
    }
}
