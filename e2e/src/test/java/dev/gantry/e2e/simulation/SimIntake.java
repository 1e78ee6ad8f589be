package dev.gantry.e2e.simulation;

import dev.gantry.controller.dispatch.Leading;
import dev.gantry.controller.dispatch.ReportRules;
import dev.gantry.controller.dispatch.SessionInput;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Reports;
import dev.gantry.proto.WorkloadReport;
import dev.gantry.store.Commit;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Commits reports by the real rules; the gathering of production's threads is done batch by batch. */
final class SimIntake {

    private static final int ATTEMPTS = 50;

    private final SimController controller;
    private final Leading leading;
    private final Lane lane;
    private final Deque<Handed> waiting = new ArrayDeque<>();
    private long lastCommit;

    private record Handed(SimSession session, Reports reports) {}

    SimIntake(SimController controller, Leading leading) {
        this.controller = controller;
        this.leading = leading;
        this.lane = new Lane(controller.process());
    }

    void hand(SimSession session, Reports reports) {
        waiting.add(new Handed(session, reports));
        if (waiting.size() == 1) {
            goOn();
        }
    }

    /** One after the other: what an agent said later must not be followed by what it said before. */
    private void goOn() {
        controller.world().agenda().after(controller.dice().millis(0, 5), lane, this::flush);
    }

    private void flush() throws InterruptedException {
        Handed handed = waiting.element();
        boolean isCommitted;
        try {
            isCommitted = commit(handed.session().nodeId(), handed.reports());
        } catch (UnavailableException _) {
            controller.world().agenda().after(Duration.ofMillis(500), lane, this::flush);
            return;
        }
        waiting.remove();
        if (!waiting.isEmpty()) {
            goOn();
        }
        handed.session()
                .take(
                        isCommitted
                                ? new SessionInput.Committed(handed.reports().getSequence())
                                : new SessionInput.Doubted("this controller does not lead any more"));
    }

    private boolean commit(String nodeId, Reports reports) throws InterruptedException {
        Map<String, WorkloadReport> newest = new LinkedHashMap<>();
        reports.getReportsList().forEach(report -> newest.put(report.getScope() + "/" + report.getId(), report));
        Snapshot image = controller.store().snapshotAt(lastCommit);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Versioned<Leader>> guard = leading.guard();
            if (guard.isEmpty()) {
                return false;
            }
            Transaction.Builder writes = Transaction.builder();
            for (WorkloadReport report : newest.values()) {
                switch (ReportRules.judge(
                        image, nodeId, report, controller.clock().instant())) {
                    case ReportRules.Verdict.Write(var before, var after) -> writes.update(before, after);
                    case ReportRules.Verdict.Known _ -> {}
                    case ReportRules.Verdict.Dropped(String reason) ->
                        controller.say("drops a report on " + report.getId() + ": " + reason);
                }
            }
            if (writes.isEmpty()) {
                return true;
            }
            switch (controller.store().commit(writes.build().guardedBy(guard.get()))) {
                case Commit.Committed(long revision) -> {
                    lastCommit = revision;
                    return true;
                }
                case Commit.Conflicted(var key) -> {
                    if (key.equals(Kinds.LEADER_KEY)) {
                        return false;
                    }
                    controller.store().catchUp();
                    image = controller.store().snapshot();
                }
            }
        }
        throw new UnavailableException("reported workloads changed all the time");
    }
}
