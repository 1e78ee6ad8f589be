package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Reports;
import dev.gantry.proto.WorkloadReport;
import dev.gantry.store.Commit;
import dev.gantry.store.Images;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits what agents report. While one flush is on its way to the store, the reports of all nodes gather for the next, the
 * newest of each workload counting; each session hears when its own are in.
 */
final class ReportIntake implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReportIntake.class);
    /** With the leader's record they stay under the store's limit. */
    private static final int WORKLOADS_PER_TRANSACTION = 120;

    /** Below the store's limit by more than one workload takes. */
    private static final int BYTES_PER_TRANSACTION = 600_000;

    private static final int ATTEMPTS = 50;
    private static final Duration NEWS_WITHIN = Duration.ofMillis(500);
    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(2);

    private final Store store;
    private final Leading leading;
    private final InstantSource clock;
    private final DispatchMetrics metrics;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    // Both bounded: a session hands in only so many batches before their commit.
    private Map<Origin, WorkloadReport> pending = new LinkedHashMap<>();
    private Map<Session, Long> waiting = new LinkedHashMap<>();
    private @Nullable Thread thread;
    private long lastCommit;

    private record Origin(String nodeId, String scope, String id) {}

    ReportIntake(Store store, Leading leading, InstantSource clock, DispatchMetrics metrics) {
        this.clock = clock;
        this.store = store;
        this.leading = leading;
        this.metrics = metrics;
    }

    void start() {
        thread = Thread.ofVirtual().name("report-intake").start(this::run);
    }

    void hand(Session session, Reports reports) {
        metrics.reported(reports.getReportsCount());
        lock.lock();
        try {
            for (WorkloadReport report : reports.getReportsList()) {
                pending.put(new Origin(session.nodeId(), report.getScope(), report.getId()), report);
            }
            waiting.merge(session, reports.getSequence(), Math::max);
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private record Batch(Map<Origin, WorkloadReport> reports, Map<Session, Long> sessions) {}

    private void run() {
        try {
            while (true) {
                Batch batch = next();
                Optional<String> failure = metrics.flush(() -> flushed(batch));
                batch.sessions()
                        .forEach((session, sequence) ->
                                failure.ifPresentOrElse(session::doubt, () -> session.committed(sequence)));
            }
        } catch (InterruptedException _) {
            log.debug("report intake ends");
        }
    }

    private Batch next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty()) {
                arrived.await();
            }
            Batch batch = new Batch(pending, waiting);
            pending = new LinkedHashMap<>();
            waiting = new LinkedHashMap<>();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Tries for as long as this controller leads; says why it gave up, if it did. */
    private Optional<String> flushed(Batch batch) throws InterruptedException {
        List<Map.Entry<Origin, WorkloadReport>> reports =
                new ArrayList<>(batch.reports().entrySet());
        Duration pause = PAUSE_MIN;
        int done = 0;
        while (done < reports.size()) {
            try {
                int taken = commit(reports.subList(done, reports.size()));
                if (taken == 0) {
                    return Optional.of("this controller does not lead any more");
                }
                done += taken;
                pause = PAUSE_MIN;
            } catch (UnavailableException e) {
                log.warn("reports wait for the store: {}", e.getMessage());
                TimeUnit.MILLISECONDS.sleep(pause.toMillis());
                pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
            } catch (RuntimeException e) {
                log.error("reports could not be committed", e);
                return Optional.of("the controller failed on a report; its log says why");
            }
        }
        return Optional.empty();
    }

    /** Writes the first reports, as many as one transaction takes; says how many, or 0 when this controller does not lead. */
    private int commit(List<Map.Entry<Origin, WorkloadReport>> reports) throws InterruptedException {
        Snapshot image = store.snapshotAt(lastCommit);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Versioned<Leader>> guard = leading.guard();
            if (guard.isEmpty()) {
                return 0;
            }
            Portion portion = portion(image, reports, clock.instant());
            if (portion.writes().isEmpty()) {
                return portion.reports();
            }
            switch (store.commit(portion.writes().guardedBy(guard.get()))) {
                case Commit.Committed(long revision) -> {
                    lastCommit = revision;
                    return portion.reports();
                }
                case Commit.Conflicted(Key<?> key) -> {
                    if (key.equals(Kinds.LEADER_KEY)) {
                        return 0;
                    }
                    image = Images.newerThan(store, image, NEWS_WITHIN);
                }
            }
        }
        throw new UnavailableException("reported workloads changed " + ATTEMPTS + " times meanwhile");
    }

    /** A transaction, and how many reports from the first on are in it. */
    private record Portion(Transaction writes, int reports) {}

    private static Portion portion(Snapshot image, List<Map.Entry<Origin, WorkloadReport>> reports, Instant now) {
        Transaction.Builder writes = Transaction.builder();
        int taken = 0;
        int workloads = 0;
        int bytes = 0;
        for (Map.Entry<Origin, WorkloadReport> entry : reports) {
            if (workloads >= WORKLOADS_PER_TRANSACTION || bytes >= BYTES_PER_TRANSACTION) {
                break;
            }
            taken++;
            Origin origin = entry.getKey();
            switch (ReportRules.judge(image, origin.nodeId(), entry.getValue(), now)) {
                case ReportRules.Verdict.Write(var before, var after) -> {
                    writes.update(before, after);
                    workloads++;
                    bytes += after.getSerializedSize();
                }
                case ReportRules.Verdict.Known _ -> {}
                case ReportRules.Verdict.Dropped(String reason) ->
                    log.info(
                            "a report of node {} on workload {}/{} is dropped: {}",
                            origin.nodeId(),
                            printable(origin.scope()),
                            printable(origin.id()),
                            reason);
            }
        }
        return new Portion(writes.build(), taken);
    }

    /** What an agent says is not trusted to be one line. */
    private static String printable(String said) {
        return said.substring(0, Math.min(said.length(), 255)).replaceAll("[^ -~]", "?");
    }
}
