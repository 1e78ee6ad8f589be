package dev.gantry.controller.operations;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.util.List;

/** Compiles what a front end would run, without running it. */
@FunctionalInterface
public interface Drafts {

    /**
     * @param request cluster, taskDefinition (a document or {@code family:revision}), count, group, placementConstraints,
     *                placementStrategy
     * @return one workload for each that is asked for
     */
    List<Workload> draft(Snapshot snapshot, JsonNode request) throws InterruptedException;
}
