package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks the ephemeral containers of a pod: they only look at the others, and only come. */
record EphemeralContainers(Findings findings, JsonNode spec, String path) {

    private static final String LIST = "ephemeralContainers";

    /** They stay in the pod's record, and in what its node reports, for as long as the pod lives. */
    private static final int COUNT_MAX = 32;

    private static final List<String> NOT_THEIRS = List.of(
            "ports",
            "resources",
            "resizePolicy",
            "restartPolicy",
            "livenessProbe",
            "readinessProbe",
            "startupProbe",
            "lifecycle");

    private static final String NOT_ALLOWED = "cannot be set for an Ephemeral Container";

    void check() {
        if (spec.path(LIST).size() > COUNT_MAX) {
            findings.tooMany(path + "." + LIST, COUNT_MAX);
            return;
        }
        Set<String> others = new HashSet<>();
        for (String list : List.of("initContainers", "containers")) {
            spec.path(list)
                    .forEach(container -> others.add(container.path("name").asText()));
        }
        for (int i = 0; i < spec.path(LIST).size(); i++) {
            check(spec.path(LIST).get(i), path + "." + LIST + "[" + i + "]", others);
        }
    }

    private void check(JsonNode container, String at, Set<String> others) {
        String target = container.path("targetContainerName").asText();
        if (!target.isEmpty() && !others.contains(target)) {
            findings.notFound(at + ".targetContainerName", target);
        }
        NOT_THEIRS.stream()
                .filter(member -> isSaid(container.path(member)))
                .forEach(member -> findings.forbidden(at + "." + member, NOT_ALLOWED));
        for (int i = 0; i < container.path("volumeMounts").size(); i++) {
            for (String member : List.of("subPath", "subPathExpr")) {
                if (!container.path("volumeMounts").get(i).path(member).asText().isEmpty()) {
                    findings.forbidden(at + ".volumeMounts[" + i + "]." + member, NOT_ALLOWED);
                }
            }
        }
    }

    private static boolean isSaid(JsonNode value) {
        boolean isEmpty = value.isContainerNode() && value.isEmpty();
        return !value.isMissingNode() && !value.isNull() && !isEmpty;
    }

    /** @param before the spec that this one replaces */
    void checkChange(JsonNode before) {
        Map<String, JsonNode> now = new HashMap<>();
        spec.path(LIST).forEach(container -> now.put(container.path("name").asText(), container));
        for (JsonNode old : before.path(LIST)) {
            String name = old.path("name").asText();
            if (!now.containsKey(name)) {
                findings.forbidden(
                        path + "." + LIST, "existing ephemeral containers \"" + name + "\" may not be removed");
            } else if (!old.equals(now.get(name))) {
                findings.forbidden(
                        path + "." + LIST, "existing ephemeral containers \"" + name + "\" may not be changed");
            }
        }
    }
}
