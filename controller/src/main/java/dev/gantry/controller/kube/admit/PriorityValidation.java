package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds why a priority class is refused. */
record PriorityValidation(Findings findings, ObjectNode object) {

    private static final long HIGHEST = 1_000_000_000;
    private static final String PREFIX = "system-";
    private static final String POLICY = "preemptionPolicy";
    private static final Map<String, Long> SYSTEM =
            Map.of("system-cluster-critical", 2_000_000_000L, "system-node-critical", 2_000_001_000L);

    void check(Optional<ObjectNode> before) {
        String name = object.path("metadata").path("name").asText();
        JsonNode value = object.path("value");
        if (name.startsWith(PREFIX)) {
            systemProblem(name)
                    .ifPresent(problem -> findings.forbidden(
                            "metadata.name",
                            "priority class names with 'system-' prefix are reserved for system use only. error: "
                                    + problem));
        } else if (value.asLong() > HIGHEST) {
            findings.forbidden("value", "maximum allowed value of a user defined priority is " + HIGHEST);
        }
        if (value.asLong() < Integer.MIN_VALUE) {
            findings.invalid("value", value, "must be a number of 32 bits");
        }
        findings.oneOf(POLICY, object.path(POLICY), List.of("PreemptLowerPriority", "Never"));
        before.ifPresent(old -> {
            if (old.path("value").asLong() != value.asLong()) {
                findings.forbidden("value", "may not be changed in an update.");
            }
            findings.unchanged(POLICY, old.path(POLICY), object.path(POLICY));
        });
    }

    private Optional<String> systemProblem(String name) {
        Long value = SYSTEM.get(name);
        if (value == null) {
            return Optional.of(name + " is not a known system priority class");
        }
        if (object.path("value").asLong() != value) {
            return Optional.of("value of " + name + " PriorityClass must be " + value);
        }
        return object.path("globalDefault").asBoolean()
                ? Optional.of("globalDefault of " + name + " PriorityClass must be false")
                : Optional.empty();
    }
}
