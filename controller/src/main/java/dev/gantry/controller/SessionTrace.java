package dev.gantry.controller;

import dev.gantry.controller.aws.AuditLog;
import dev.gantry.controller.ssm.DataChannel;
import dev.gantry.proto.ExecSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;

/** Writes to the audit log which sessions with containers began and ended, for whom, and from where. What was said in them is nobody's business. */
record SessionTrace(AuditLog audit, InstantSource clock) implements DataChannel.Trace {

    @Override
    public void record(ExecSession session, String from, String outcome) {
        String operation = "ecs:ExecuteCommand session " + session.getScope() + "/" + session.getWorkloadId() + "/"
                + session.getContainer();
        try {
            audit.record(new AuditLog.Entry(
                    clock.instant(), session.getPrincipal(), operation, from, session.getId(), outcome));
        } catch (IOException e) {
            throw new UncheckedIOException("the audit log cannot be written", e);
        }
    }
}
