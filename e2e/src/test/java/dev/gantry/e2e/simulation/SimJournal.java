package dev.gantry.e2e.simulation;

import dev.gantry.agent.work.Journal;
import dev.gantry.proto.Phase;
import dev.gantry.proto.WorkloadReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** The journal on a node's disk: what was written but not forced is lost with the power, though not with the agent. */
final class SimJournal implements Journal {

    private final BooleanSupplier full;
    private TreeMap<String, Entry> written = new TreeMap<>();
    private TreeMap<String, Entry> forced = new TreeMap<>();

    SimJournal(BooleanSupplier full) {
        this.full = full;
    }

    @Override
    public Map<String, Entry> entries() {
        return new TreeMap<>(written);
    }

    @Override
    public void begin(String scope, String id, String container) {
        write();
        Entry known = known(scope, id);
        Set<String> begun = new TreeSet<>(known.begun());
        begun.add(container);
        written.put(scope + "/" + id, new Entry(known.report(), begun));
        forced = new TreeMap<>(written);
    }

    @Override
    public void remember(WorkloadReport report) {
        write();
        Entry known = known(report.getScope(), report.getId());
        written.put(report.getScope() + "/" + report.getId(), new Entry(report, known.begun()));
        if (report.getObserved().getPhase() == Phase.STOPPED) {
            forced = new TreeMap<>(written);
        }
    }

    @Override
    public void forget(String scope, String id) {
        write();
        written.remove(scope + "/" + id);
    }

    void losePower() {
        written = new TreeMap<>(forced);
    }

    private Entry known(String scope, String id) {
        return written.getOrDefault(
                scope + "/" + id,
                new Entry(WorkloadReport.newBuilder().setScope(scope).setId(id).build(), Set.of()));
    }

    private void write() {
        Agenda.checkAlive();
        if (full.getAsBoolean()) {
            throw new UncheckedIOException(new IOException("No space left on device"));
        }
    }
}
