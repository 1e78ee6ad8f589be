package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.quantity.Quantity;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds why a resource quota is refused. */
record QuotaValidation(Findings findings, JsonNode spec) {

    private static final String SCOPES = "spec.scopes";
    private static final String PRIORITY = "PriorityClass";
    private static final String BEST_EFFORT = "BestEffort";
    private static final String UNSUPPORTED = "unsupported scope";
    private static final Set<String> STANDARD_SCOPES = Set.of(
            "Terminating", "NotTerminating", BEST_EFFORT, "NotBestEffort", PRIORITY, "CrossNamespacePodAffinity");
    private static final List<Set<String>> CONFLICTS =
            List.of(Set.of(BEST_EFFORT, "NotBestEffort"), Set.of("Terminating", "NotTerminating"));
    private static final Set<String> OF_CONTAINERS = Set.of("cpu", "memory", "ephemeral-storage");
    private static final Set<String> OF_OBJECTS = Set.of(
            "pods",
            "services",
            "services.nodeports",
            "services.loadbalancers",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "configmaps",
            "persistentvolumeclaims");

    void check(Optional<JsonNode> before) {
        for (Map.Entry<String, JsonNode> limit : spec.path("hard").properties()) {
            String path = "spec.hard[" + limit.getKey() + "]";
            name(limit.getKey(), path);
            amount(limit.getKey(), limit.getValue(), path);
        }
        List<String> scopes = Json.texts(spec.path("scopes"));
        scopes.forEach(scope -> scope(scope, SCOPES));
        conflicts(scopes, SCOPES);
        JsonNode expressions = spec.at("/scopeSelector/matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            expression(expressions.get(i), "spec.scopeSelector.matchExpressions[" + i + "]");
        }
        conflicts(
                expressions
                        .valueStream()
                        .map(one -> one.path("scopeName").asText())
                        .toList(),
                "spec.scopeSelector.matchExpressions");
        before.filter(old -> !new HashSet<>(Json.texts(old.path("scopes"))).equals(new HashSet<>(scopes)))
                .ifPresent(_ -> findings.invalid(SCOPES, spec.path("scopes"), "field is immutable"));
    }

    private void name(String name, String path) {
        Names.keyProblem(name).ifPresent(problem -> findings.invalid(path, name, problem));
        if (!name.contains("/") && !isStandard(name)) {
            findings.invalid(path, name, "must be a standard resource for quota");
        }
    }

    private static boolean isStandard(String name) {
        String bare = name.startsWith("requests.") || name.startsWith("limits.")
                ? name.substring(name.indexOf('.') + 1)
                : name;
        return OF_OBJECTS.contains(name)
                || OF_CONTAINERS.contains(bare)
                || bare.startsWith("hugepages-")
                || name.equals("requests.storage");
    }

    private void amount(String name, JsonNode value, String path) {
        Optional<Quantity> amount = Quantity.find(value.asText());
        if (amount.isEmpty()) {
            findings.invalid(path, value, Quantities.RULE);
        } else if (amount.get().isNegative()) {
            findings.invalid(path, value, Quantities.NOT_NEGATIVE);
        } else if (isNumber(name) && amount.get().value().stripTrailingZeros().scale() > 0) {
            findings.invalid(path, value, "must be an integer");
        }
    }

    private static boolean isNumber(String name) {
        return OF_OBJECTS.contains(name) || name.startsWith("count/") || name.endsWith("/persistentvolumeclaims");
    }

    private void scope(String scope, String path) {
        if (!STANDARD_SCOPES.contains(scope)) {
            findings.invalid(path, scope, UNSUPPORTED);
            return;
        }
        boolean fits = spec.path("hard").properties().stream()
                .map(Map.Entry::getKey)
                .filter(QuotaValidation::isStandard)
                .allMatch(name -> name.equals("pods") || (!scope.equals(BEST_EFFORT) && isOfPods(name)));
        if (!fits) {
            findings.invalid(path, scope, "unsupported scope applied to resource");
        }
    }

    private static boolean isOfPods(String name) {
        return !OF_OBJECTS.contains(name) && !name.equals("requests.storage");
    }

    private void conflicts(List<String> scopes, String path) {
        CONFLICTS.stream()
                .filter(scopes::containsAll)
                .forEach(_ -> findings.invalid(path, String.join(",", scopes), "conflicting scopes"));
    }

    private void expression(JsonNode expression, String at) {
        String scope = expression.path("scopeName").asText();
        String operator = expression.path("operator").asText();
        boolean hasValues = !expression.path("values").isEmpty();
        scope(scope, at + ".scopeName");
        boolean isKnown = STANDARD_SCOPES.contains(scope) && !scope.equals(PRIORITY);
        if (isKnown && !operator.equals("Exists")) {
            findings.invalid(
                    at + ".operator",
                    operator,
                    "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating,"
                            + " ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,"
                            + " ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
        }
        switch (operator) {
            case "In", "NotIn" -> {
                if (!hasValues) {
                    findings.required(
                            at + ".values",
                            "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (hasValues) {
                    findings.invalid(
                            at + ".values",
                            expression.path("values"),
                            "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope selector");
                }
            }
            default -> findings.invalid(at + ".operator", operator, "not a valid selector operator");
        }
    }
}
