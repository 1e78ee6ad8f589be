package dev.gantry.controller.ecs;

import dev.gantry.controller.ecs.document.Refusals;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The account settings there are, their values and their defaults. */
final class AccountSettings {

    /** @param values the first one is the default */
    private record Known(List<String> values) {}

    private static final Known OFF = new Known(List.of("disabled", "enabled"));
    private static final Known ALWAYS_ON = new Known(List.of("enabled"));

    private static final Map<String, Known> KNOWN = new TreeMap<>(Map.of(
            "serviceLongArnFormat", ALWAYS_ON,
            "taskLongArnFormat", ALWAYS_ON,
            "containerInstanceLongArnFormat", ALWAYS_ON,
            "awsvpcTrunking", OFF,
            "containerInsights", new Known(List.of("disabled", "enabled", "enhanced")),
            "fargateFIPSMode", OFF,
            "tagResourceAuthorization", new Known(List.of("off", "on")),
            "fargateTaskRetirementWaitPeriod", new Known(List.of("7", "0", "14")),
            "defaultLogDriverMode", new Known(List.of("non-blocking", "blocking")),
            "fargateEventWindows", OFF));

    private AccountSettings() {}

    static Iterable<String> names() {
        return KNOWN.keySet();
    }

    static String defaultOf(String name) {
        return known(name).values().getFirst();
    }

    static void check(String name, String value) {
        Known known = known(name);
        if (!known.values().contains(value)) {
            throw Refusals.invalid("Invalid value '" + value + "' for setting " + name + ". Valid values: "
                    + String.join(", ", known.values()) + ".");
        }
    }

    static void check(String name) {
        known(name);
    }

    private static Known known(String name) {
        Known known = KNOWN.get(name);
        if (known == null) {
            throw Refusals.invalid("Invalid setting name '" + name + "'.");
        }
        return known;
    }
}
