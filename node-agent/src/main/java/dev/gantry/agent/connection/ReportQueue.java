package dev.gantry.agent.connection;

import dev.gantry.agent.Reporter;
import dev.gantry.proto.Reports;
import dev.gantry.proto.WorkloadReport;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the newest report of each workload until a controller has acknowledged it. Bounded by the number of workloads and
 * the few batches that are on their way.
 */
public final class ReportQueue implements Reporter {

    /** Batches on their way; while there are so many, newer reports gather and replace one another. */
    static final int BATCHES_MAX = 4;

    static final int REPORTS_PER_BATCH = 1_000;
    private static final int BYTES_PER_BATCH = 2 * 1024 * 1024;

    private final Map<String, WorkloadReport> pending = new LinkedHashMap<>();
    private final Deque<Reports> sent = new ArrayDeque<>();
    private long sequence;
    private Runnable arrival = () -> {};

    @Override
    public void report(WorkloadReport report) {
        Runnable told;
        synchronized (this) {
            pending.put(name(report), report);
            told = arrival;
        }
        told.run();
    }

    /** What to run, quickly, whenever there may be something to send. */
    synchronized void onArrival(Runnable listener) {
        arrival = listener;
    }

    /** The next batch to send; empty when nothing waits, or too much is unacknowledged. */
    public synchronized Optional<Reports> next() {
        if (pending.isEmpty() || sent.size() >= BATCHES_MAX) {
            return Optional.empty();
        }
        sequence++;
        Reports.Builder batch = Reports.newBuilder().setSequence(sequence);
        int bytes = 0;
        Iterator<WorkloadReport> oldest = pending.values().iterator();
        while (oldest.hasNext() && batch.getReportsCount() < REPORTS_PER_BATCH && bytes < BYTES_PER_BATCH) {
            WorkloadReport report = oldest.next();
            bytes += report.getSerializedSize();
            batch.addReports(report);
            oldest.remove();
        }
        Reports built = batch.build();
        sent.addLast(built);
        return Optional.of(built);
    }

    /** All batches up to the sequence are in the store. */
    public synchronized void acknowledge(long upTo) {
        sent.removeIf(batch -> batch.getSequence() <= upTo);
    }

    /** Takes everything unacknowledged back, to be sent again on a new connection. */
    public synchronized void takeBack() {
        Map<String, WorkloadReport> all = new LinkedHashMap<>();
        sent.forEach(batch -> batch.getReportsList().forEach(report -> all.put(name(report), report)));
        all.putAll(pending);
        sent.clear();
        pending.clear();
        pending.putAll(all);
    }

    private static String name(WorkloadReport report) {
        return report.getScope() + "/" + report.getId();
    }
}
