package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Samples;
import dev.gantry.proto.ContainerUsage;
import dev.gantry.proto.Usage;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps what each node said last of what is used on it. */
public final class UsageBoard implements Samples {

    /** Four times as long as agents wait between two measurements. */
    static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(60);

    private final Leading leading;
    // As many as there are nodes: the entry goes with the node's record.
    private final Map<String, Sample> newest = new ConcurrentHashMap<>();

    public UsageBoard(Leading leading) {
        this.leading = leading;
    }

    /** In place of what the node said before: containers that are gone are in it no more. */
    public void measured(String nodeId, Usage usage, Instant now) {
        Map<Key<Workload>, List<ContainerUsage>> workloads = new HashMap<>();
        usage.getWorkloadsList()
                .forEach(workload -> workloads.put(
                        Kinds.WORKLOAD.key(workload.getScope(), workload.getId()), workload.getContainersList()));
        newest.put(
                nodeId, new Sample(now, usage.hasNode() ? Optional.of(usage.getNode()) : Optional.empty(), workloads));
    }

    void forget(String nodeId) {
        newest.remove(nodeId);
    }

    @Override
    public boolean areHere(Instant now) {
        return leading.confirmed(now);
    }

    @Override
    public Optional<Sample> of(String nodeId, Instant now) {
        Sample sample = newest.get(nodeId);
        if (sample != null && !now.isBefore(sample.at().plus(FORGOTTEN_AFTER))) {
            newest.remove(nodeId, sample);
            return Optional.empty();
        }
        return Optional.ofNullable(sample);
    }
}
