package dev.gantry.controller;

import dev.gantry.controller.aws.AuditLog;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.operations.Admission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Lets callers of Gantry's own API in, and leaves a trace of those that change something, run a command in a container or
 * were denied. The trace is written first: what cannot be audited does not happen.
 *
 * @param principal the ARN that the request's signature proves, or an exception
 */
record OperatorAdmission(
        Function<HttpRequest, String> principal, AuditLog audit, InstantSource clock, Supplier<String> requestIds)
        implements Admission {

    private static final String EXEC = "/_gantry/v1/exec/";

    @Override
    public void admit(HttpRequest request) {
        String caller;
        try {
            caller = principal.apply(request);
        } catch (AwsException denied) {
            record(request, "anonymous", denied.code());
            throw denied;
        }
        if (!request.method().equals("GET") || request.path().startsWith(EXEC)) {
            record(request, caller, "ADMITTED");
        }
    }

    private void record(HttpRequest request, String caller, String outcome) {
        String operation = "gantry:" + request.method() + " " + request.path();
        try {
            audit.record(new AuditLog.Entry(
                    clock.instant(), caller, operation, request.remoteAddress(), requestIds.get(), outcome));
        } catch (IOException e) {
            throw new UncheckedIOException("the audit log cannot be written", e);
        }
    }
}
