package dev.gantry.controller.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Json;
import java.util.ArrayList;
import java.util.List;

/** Which pods a quota is about; without scopes about all objects, with some about pods alone. */
record Scopes(List<Scope> list) {

    /** @param values of the operators In and NotIn */
    private record Scope(String name, String operator, List<String> values) {

        boolean covers(PodCharge pod) {
            return switch (name) {
                case "Terminating" -> pod.hasDeadline();
                case "NotTerminating" -> !pod.hasDeadline();
                case "BestEffort" -> pod.isBestEffort();
                case "NotBestEffort" -> !pod.isBestEffort();
                case "PriorityClass" -> isOfPriority(pod.priorityClass());
                // CrossNamespacePodAffinity: there are no affinities between pods here.
                default -> false;
            };
        }

        private boolean isOfPriority(String priorityClass) {
            return switch (operator) {
                case "In" -> values.contains(priorityClass);
                case "NotIn" -> !values.contains(priorityClass);
                case "DoesNotExist" -> priorityClass.isEmpty();
                default -> !priorityClass.isEmpty();
            };
        }
    }

    static Scopes of(JsonNode spec) {
        List<Scope> scopes = new ArrayList<>();
        Json.texts(spec.path("scopes")).forEach(name -> scopes.add(new Scope(name, "Exists", List.of())));
        spec.at("/scopeSelector/matchExpressions")
                .forEach(one -> scopes.add(new Scope(
                        one.path("scopeName").asText(),
                        one.path("operator").asText(),
                        Json.texts(one.path("values")))));
        return new Scopes(List.copyOf(scopes));
    }

    boolean coversAll() {
        return list.isEmpty();
    }

    boolean covers(PodCharge pod) {
        return list.stream().allMatch(scope -> scope.covers(pod));
    }
}
