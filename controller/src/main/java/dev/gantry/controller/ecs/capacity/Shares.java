package dev.gantry.controller.ecs.capacity;

import dev.gantry.aws.ecs.CapacityProviderStrategyItem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Shares tasks out among capacity providers: first as many as the base says, then in proportion to the weights. It knows how
 * many each has, and counts those that it gives.
 */
public final class Shares {

    private final List<CapacityProviderStrategyItem> strategy;
    private final Map<String, Integer> counts;

    /** @param counts tasks that the providers have already */
    public Shares(List<CapacityProviderStrategyItem> strategy, Map<String, Integer> counts) {
        this.strategy = List.copyOf(strategy);
        this.counts = new HashMap<>(counts);
    }

    /** The provider of the next task; empty without a strategy. */
    public Optional<String> next() {
        Optional<String> chosen = strategy.stream()
                .filter(item -> count(item) < base(item))
                .findFirst()
                .or(() -> strategy.stream().filter(item -> weight(item) > 0).reduce(this::needier))
                .map(CapacityProviderStrategyItem::capacityProvider);
        chosen.ifPresent(name -> counts.merge(name, 1, Integer::sum));
        return chosen;
    }

    /** The one with fewer tasks for its weight, the first among equals; what the base took does not count. */
    private CapacityProviderStrategyItem needier(
            CapacityProviderStrategyItem first, CapacityProviderStrategyItem second) {
        return beyondBase(second) * weight(first) < beyondBase(first) * weight(second) ? second : first;
    }

    private long beyondBase(CapacityProviderStrategyItem item) {
        return Math.max(0, count(item) - base(item));
    }

    private int count(CapacityProviderStrategyItem item) {
        return counts.getOrDefault(item.capacityProvider(), 0);
    }

    private static int base(CapacityProviderStrategyItem item) {
        return item.base() == null ? 0 : item.base();
    }

    private static long weight(CapacityProviderStrategyItem item) {
        return item.weight() == null ? 0 : item.weight();
    }
}
