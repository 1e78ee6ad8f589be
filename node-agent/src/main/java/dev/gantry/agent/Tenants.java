package dev.gantry.agent;

import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Observation;
import java.util.Map;
import java.util.Optional;

/** Tells which tasks run on this node. */
public interface Tenants {

    /**
     * A task of this node.
     *
     * @param observed   what was last seen of it
     * @param containers the engine's names of all that it has or will have, by name
     */
    record Tenant(DesiredWorkload workload, Observation observed, Map<String, String> containers) {}

    /** By the task's id. */
    Optional<Tenant> task(String id);

    /** By an address that is the task's alone. */
    Optional<Tenant> taskAt(String address);
}
