package dev.gantry.agent;

import dev.gantry.proto.WorkloadReport;

/**
 * Takes what was seen of a workload. A newer report of the same workload replaces one not yet sent;
 * never blocks.
 */
public interface Reporter {

    void report(WorkloadReport report);
}
