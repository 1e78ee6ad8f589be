package dev.gantry.controller.aws;

import java.io.IOException;
import java.time.Instant;

/** Remembers who changed what, and who was denied. */
@FunctionalInterface
public interface AuditLog {

    /**
     * One call. Never holds input or output: they may have secrets in them.
     *
     * @param principal the caller's ARN, or {@code anonymous} when the signature did not hold
     * @param operation service and name, for example {@code ecs:CreateCluster}
     * @param source    the client's address
     * @param outcome   {@code OK} or the error's code
     */
    record Entry(Instant time, String principal, String operation, String source, String requestId, String outcome) {}

    /** Returns when the entry is written. */
    void record(Entry entry) throws IOException;
}
