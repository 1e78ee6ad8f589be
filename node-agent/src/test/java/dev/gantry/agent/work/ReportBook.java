package dev.gantry.agent.work;

import dev.gantry.agent.Reporter;
import dev.gantry.proto.Observation;
import dev.gantry.proto.WorkloadReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what was reported. */
public final class ReportBook implements Reporter {

    private final Map<String, Observation> newest = new ConcurrentHashMap<>();
    private final List<WorkloadReport> all = new CopyOnWriteArrayList<>();

    @Override
    public void report(WorkloadReport report) {
        all.add(report);
        newest.put(report.getId(), report.getObserved());
    }

    public Optional<Observation> of(String id) {
        return Optional.ofNullable(newest.get(id));
    }

    public List<WorkloadReport> all() {
        return List.copyOf(all);
    }
}
