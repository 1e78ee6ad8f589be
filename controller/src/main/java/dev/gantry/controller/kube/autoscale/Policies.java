package dev.gantry.controller.kube.autoscale;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How fast the number of replicas may change in one direction.
 *
 * @param window within which the most cautious recommendation counts
 * @param select {@code Max} for the policy that allows most, {@code Min}, or {@code Disabled}
 */
record Policies(Duration window, String select, List<Policy> list) {

    private static final int DOWN_WINDOW_SECONDS = 300;
    private static final double PERCENT = 100;

    /** @param isShare whether the value is a percentage, or a number of pods */
    record Policy(boolean isShare, int value, Duration period) {}

    Policies {
        list = List.copyOf(list);
    }

    static Policies up(JsonNode behavior) {
        return of(behavior.path("scaleUp"), 0);
    }

    static Policies down(JsonNode behavior) {
        return of(behavior.path("scaleDown"), DOWN_WINDOW_SECONDS);
    }

    private static Policies of(JsonNode rules, int windowSeconds) {
        return new Policies(
                Duration.ofSeconds(rules.path("stabilizationWindowSeconds").asInt(windowSeconds)),
                rules.path("selectPolicy").asText("Max"),
                rules.path("policies")
                        .valueStream()
                        .map(policy -> new Policy(
                                policy.path("type").asText().equals("Percent"),
                                policy.path("value").asInt(),
                                Duration.ofSeconds(policy.path("periodSeconds").asInt())))
                        .toList());
    }

    /** So many there may be, coming from fewer. */
    int most(int current, History history, Instant now) {
        IntStream allowed = list.stream().mapToInt(policy -> {
            int before = current - history.grownWithin(policy.period(), now);
            return policy.isShare()
                    ? (int) Math.ceil(before * (1 + policy.value() / PERCENT))
                    : before + policy.value();
        });
        return Math.max(current, isDisabled() ? current : isCautious() ? least(allowed) : greatest(allowed));
    }

    /** So many there must be, coming from more. */
    int least(int current, History history, Instant now) {
        IntStream allowed = list.stream().mapToInt(policy -> {
            int before = current - history.grownWithin(policy.period(), now);
            return policy.isShare() ? (int) (before * (1 - policy.value() / PERCENT)) : before - policy.value();
        });
        return Math.min(current, isDisabled() ? current : isCautious() ? greatest(allowed) : least(allowed));
    }

    private boolean isDisabled() {
        return select.equals("Disabled");
    }

    private boolean isCautious() {
        return select.equals("Min");
    }

    private static int least(IntStream values) {
        return values.min().orElse(Integer.MIN_VALUE);
    }

    private static int greatest(IntStream values) {
        return values.max().orElse(Integer.MAX_VALUE);
    }
}
