package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.PlacementConstraint;
import dev.gantry.aws.ecs.PlacementStrategy;
import dev.gantry.controller.ecs.document.Refusals;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Placement constraints and strategies as RunTask and CreateService take them. */
public final class PlacementRules {

    private static final int CONSTRAINTS_MAX = 10;
    private static final int STRATEGIES_MAX = 5;
    private static final int EXPRESSION_LENGTH_MAX = 2000;

    private PlacementRules() {}

    public static void checkConstraints(List<PlacementConstraint> constraints) {
        require(
                constraints.size() <= CONSTRAINTS_MAX,
                "placementConstraints can have at most " + CONSTRAINTS_MAX + " items.");
        for (PlacementConstraint constraint : constraints) {
            String expression = constraint.expression();
            switch (String.valueOf(constraint.type())) {
                case "memberOf" -> {
                    int length = expression == null ? 0 : expression.strip().length();
                    require(length > 0, "A memberOf constraint needs an expression.");
                    require(
                            length <= EXPRESSION_LENGTH_MAX,
                            "A constraint's expression can be at most " + EXPRESSION_LENGTH_MAX + " characters long.");
                }
                case "distinctInstance" ->
                    require(
                            expression == null || expression.isEmpty(),
                            "A distinctInstance constraint takes no expression.");
                case String other -> throw Refusals.invalid("Invalid placement constraint type '" + other + "'.");
            }
        }
    }

    /** The strategies with their fields in one spelling: {@code host} is {@code instanceId}, cpu and memory in lower case. */
    public static List<PlacementStrategy> checkedStrategies(List<PlacementStrategy> strategies) {
        require(
                strategies.size() <= STRATEGIES_MAX,
                "placementStrategy can have at most " + STRATEGIES_MAX + " items.");
        return strategies.stream().map(PlacementRules::checked).toList();
    }

    private static PlacementStrategy checked(PlacementStrategy strategy) {
        String field = strategy.field();
        return switch (String.valueOf(strategy.type())) {
            case "random" -> {
                require(field == null || field.isEmpty(), "The random placement strategy takes no field.");
                yield strategy;
            }
            case "binpack" -> strategy.toBuilder().field(binpackField(field)).build();
            case "spread" -> strategy.toBuilder().field(spreadField(field)).build();
            case String other -> throw Refusals.invalid("Invalid placement strategy type '" + other + "'.");
        };
    }

    private static String binpackField(@Nullable String field) {
        String lower = field == null ? "" : field.toLowerCase(Locale.ROOT);
        require(
                Set.of("cpu", "memory").contains(lower),
                "The binpack placement strategy needs the field cpu or memory.");
        return lower;
    }

    private static String spreadField(@Nullable String field) {
        String given = field == null ? "" : field;
        if (given.equalsIgnoreCase("host") || given.equalsIgnoreCase("instanceId")) {
            return "instanceId";
        }
        require(
                given.matches("attribute:[A-Za-z0-9._/@\\\\-]{1,128}"),
                "The spread placement strategy needs the field instanceId, host or attribute:<name>.");
        return given;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.invalid(message);
        }
    }
}
