package dev.gantry.agent.work;

import dev.gantry.agent.Tenants;
import java.util.Map;
import java.util.Optional;

/**
 * The tasks of this node.
 *
 * @param keepers of all workloads, by their keys
 */
record Lodgers(Map<String, Keeper> keepers) implements Tenants {

    @Override
    public Optional<Tenant> task(String id) {
        return keepers.values().stream()
                .filter(keeper -> keeper.key().endsWith("/" + id))
                .flatMap(keeper -> keeper.tenant().stream())
                .filter(tenant -> tenant.workload().getId().equals(id))
                .filter(tenant -> !tenant.workload().getSpec().hasPod())
                .findFirst();
    }

    @Override
    public Optional<Tenant> taskAt(String address) {
        return keepers.values().stream()
                .filter(keeper -> keeper.isTaskAt(address))
                .findFirst()
                .flatMap(Keeper::tenant);
    }
}
