package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks what keeps pods running. */
record ControllerValidation(Findings findings, JsonNode spec, String path) {

    private static final List<String> CHANGEABLE = List.of(
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds");

    /** A deployment, a set of either kind, or a set of daemons. */
    void checkWorkload(Optional<JsonNode> before) {
        findings.notNegative(path + ".replicas", spec.path("replicas"));
        findings.notNegative(path + ".minReadySeconds", spec.path("minReadySeconds"));
        findings.notNegative(path + ".revisionHistoryLimit", spec.path("revisionHistoryLimit"));
        JsonNode selector = spec.path("selector");
        if (!selector.isObject()) {
            findings.required(path + ".selector", "");
        } else if (selector.path("matchLabels").isEmpty()
                && selector.path("matchExpressions").isEmpty()) {
            findings.invalid(path + ".selector", selector, "empty selector is not allowed");
        }
        matches(selector.path("matchLabels"));
        template();
        before.ifPresent(old -> findings.unchanged(path + ".selector", old.path("selector"), selector));
    }

    void checkDaemonSet(Optional<JsonNode> before) {
        checkWorkload(before);
        JsonNode strategy = spec.path("updateStrategy");
        findings.oneOf(path + ".updateStrategy.type", strategy.path("type"), List.of("OnDelete", "RollingUpdate"));
        JsonNode surge = strategy.at("/rollingUpdate/maxSurge");
        if (!surge.isMissingNode() && !surge.asText().matches("0%?")) {
            findings.forbidden(
                    path + ".updateStrategy.rollingUpdate.maxSurge", "is not supported here yet: use maxUnavailable");
        }
    }

    void checkStatefulSet() {
        checkWorkload(Optional.empty());
        findings.notNegative(path + ".ordinals.start", spec.at("/ordinals/start"));
        findings.notNegative(
                path + ".updateStrategy.rollingUpdate.partition", spec.at("/updateStrategy/rollingUpdate/partition"));
        findings.oneOf(
                path + ".podManagementPolicy", spec.path("podManagementPolicy"), List.of("OrderedReady", "Parallel"));
        findings.oneOf(
                path + ".updateStrategy.type", spec.at("/updateStrategy/type"), List.of("OnDelete", "RollingUpdate"));
        JsonNode claims = spec.path("volumeClaimTemplates");
        for (int i = 0; i < claims.size(); i++) {
            String at = path + ".volumeClaimTemplates[" + i + "]";
            if (claims.get(i).at("/metadata/name").asText().isEmpty()) {
                findings.required(at + ".metadata.name", "");
            }
            new ClaimValidation(findings, claims.get(i).path("spec"), at + ".spec").check(Optional.empty());
        }
        for (String when : List.of("whenDeleted", "whenScaled")) {
            String field = "persistentVolumeClaimRetentionPolicy";
            findings.oneOf(path + "." + field + "." + when, spec.path(field).path(when), List.of("Retain"));
        }
    }

    void checkStatefulSetChange(JsonNode before) {
        if (!without(before).equals(without(spec))) {
            findings.forbidden(
                    path,
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
                            + " 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and"
                            + " 'minReadySeconds' are forbidden");
        }
    }

    void checkReplicationController() {
        findings.notNegative(path + ".replicas", spec.path("replicas"));
        if (spec.path("selector").isEmpty()) {
            findings.required(path + ".selector", "");
        }
        matches(spec.path("selector"));
        template();
    }

    private void template() {
        JsonNode pod = spec.path("template").path("spec");
        findings.oneOf(path + ".template.spec.restartPolicy", pod.path("restartPolicy"), List.of("Always"));
        PodValidation template = new PodValidation(findings, claiming(pod), path + ".template.spec");
        template.check();
        template.checkNoEphemeralContainers("ephemeral containers not allowed in pod template");
    }

    /** Pods of a stateful set mount what its claims give them, too. */
    private JsonNode claiming(JsonNode pod) {
        JsonNode claims = spec.path("volumeClaimTemplates");
        if (claims.isEmpty() || !pod.isObject()) {
            return pod;
        }
        ObjectNode copy = pod.deepCopy();
        ArrayNode volumes = copy.withArray("volumes");
        Set<String> names = new HashSet<>();
        claims.forEach(claim -> names.add(claim.at("/metadata/name").asText()));
        for (int i = volumes.size() - 1; i >= 0; i--) {
            // Upstream's rule: a claim takes the place of a volume of its name.
            if (names.contains(volumes.get(i).path("name").asText())) {
                volumes.remove(i);
            }
        }
        names.forEach(name -> volumes.addObject()
                .put("name", name)
                .putObject("persistentVolumeClaim")
                .put("claimName", name));
        return copy;
    }

    private void matches(JsonNode wanted) {
        JsonNode labels = spec.path("template").path("metadata").path("labels");
        for (Map.Entry<String, JsonNode> label : wanted.properties()) {
            if (!label.getValue().equals(labels.path(label.getKey()))) {
                findings.invalid(
                        path + ".template.metadata.labels",
                        labels.isMissingNode() ? Json.object() : labels,
                        "`selector` does not match template `labels`");
                return;
            }
        }
    }

    private static JsonNode without(JsonNode spec) {
        return spec instanceof ObjectNode object ? object.deepCopy().remove(CHANGEABLE) : spec;
    }
}
