package dev.gantry.controller.ecs.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.aws.ecs.CapacityProviderStrategyItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharesTest {

    @Test
    void tasksAreSharedInProportionToTheWeights() {
        assertThat(take(5, List.of(item("a", 1, 0), item("b", 4, 0)), Map.of()))
                .containsExactly("a", "b", "b", "b", "b");
        assertThat(take(10, List.of(item("a", 1, 0), item("b", 4, 0)), Map.of()))
                .filteredOn("a"::equals)
                .hasSize(2);
    }

    @Test
    void theBaseComesFirstAndDoesNotCountForTheWeights() {
        assertThat(take(5, List.of(item("a", 1, 0), item("b", 1, 3)), Map.of()))
                .containsExactly("b", "b", "b", "a", "b");
    }

    @Test
    void aProviderWithoutWeightGetsItsBaseOnly() {
        assertThat(take(3, List.of(item("a", 0, 1), item("b", 1, 0)), Map.of())).containsExactly("a", "b", "b");
    }

    @Test
    void whatThereIsAlreadyCounts() {
        assertThat(take(2, List.of(item("a", 1, 1), item("b", 1, 0)), Map.of("a", 3, "b", 0)))
                .containsExactly("b", "b");
    }

    @Test
    void withoutAStrategyThereIsNone() {
        assertThat(new Shares(List.of(), Map.of()).next()).isEmpty();
    }

    private static List<String> take(
            int count, List<CapacityProviderStrategyItem> strategy, Map<String, Integer> counts) {
        Shares shares = new Shares(strategy, counts);
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(shares.next().orElseThrow());
        }
        return taken;
    }

    private static CapacityProviderStrategyItem item(String name, int weight, int base) {
        return CapacityProviderStrategyItem.builder()
                .capacityProvider(name)
                .weight(weight)
                .base(base)
                .build();
    }
}
