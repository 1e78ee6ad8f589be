package dev.gantry.controller.resource;

import dev.gantry.proto.ContainerUsage;
import dev.gantry.proto.Measure;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is used on nodes, as their agents said last. In memory only, and forgotten when it is old. */
public interface Samples {

    /** Whether agents tell this controller; another one knows nothing. */
    boolean areHere(Instant now);

    /** Of a node that said something lately. */
    Optional<Sample> of(String nodeId, Instant now);

    /**
     * What one node said.
     *
     * @param at      by this controller's clock
     * @param machine empty while that is not known
     */
    record Sample(Instant at, Optional<Measure> machine, Map<Key<Workload>, List<ContainerUsage>> workloads) {

        public Sample {
            workloads = Map.copyOf(workloads);
        }

        /** Of the containers that are known; none for a workload that is not. */
        public List<ContainerUsage> of(Key<Workload> workload) {
            return workloads.getOrDefault(workload, List.of());
        }
    }
}
