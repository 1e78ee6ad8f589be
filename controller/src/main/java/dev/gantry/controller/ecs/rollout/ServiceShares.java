package dev.gantry.controller.ecs.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.gantry.aws.ecs.CapacityProviderStrategyItem;
import dev.gantry.controller.ecs.capacity.Provider;
import dev.gantry.controller.ecs.capacity.ProviderTasks;
import dev.gantry.controller.ecs.capacity.Shares;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gives each new task of a deployment the capacity provider that its strategy says; without one, none. */
final class ServiceShares {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Snapshot snapshot;
    private final boolean has;
    private final Shares shares;

    /** @param live tasks of the service, of which those of the deployment count */
    ServiceShares(Snapshot snapshot, EcsDeployment deployment, List<LiveTask> live) {
        this.snapshot = snapshot;
        List<CapacityProviderStrategyItem> strategy = strategy(deployment.getDocumentJson());
        this.has = !strategy.isEmpty();
        this.shares = new Shares(strategy, has ? counts(deployment, live) : Map.of());
    }

    private static List<CapacityProviderStrategyItem> strategy(ByteString document) {
        if (document.isEmpty()) {
            return List.of();
        }
        try {
            List<CapacityProviderStrategyItem> strategy = new ArrayList<>();
            for (JsonNode item : MAPPER.readTree(document.newInput()).path("capacityProviderStrategy")) {
                strategy.add(CapacityProviderStrategyItem.builder()
                        .capacityProvider(item.path("capacityProvider").asText())
                        .weight(item.path("weight").asInt(0))
                        .base(item.path("base").asInt(0))
                        .build());
            }
            return strategy;
        } catch (IOException e) {
            throw new IllegalStateException("a stored service document is not JSON", e);
        }
    }

    private static Map<String, Integer> counts(EcsDeployment deployment, List<LiveTask> live) {
        Map<String, Integer> counts = new HashMap<>();
        live.stream()
                .filter(task -> task.isAlive() && task.deployment().equals(deployment.getId()))
                .forEach(task ->
                        counts.merge(ProviderTasks.provider(task.workload().value()), 1, Integer::sum));
        return counts;
    }

    /** Empty when the provider is gone. */
    Optional<Workload> meant(Workload task) {
        return has
                ? shares.next()
                        .flatMap(name -> Provider.find(snapshot, name))
                        .map(provider -> ProviderTasks.meant(task, provider))
                : Optional.of(task);
    }
}
