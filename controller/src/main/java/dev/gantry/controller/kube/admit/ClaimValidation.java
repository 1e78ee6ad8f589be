package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.quantity.Quantity;
import java.util.List;
import java.util.Optional;

/** Finds why a persistent volume claim, or a template of one, is refused. */
record ClaimValidation(Findings findings, JsonNode spec, String path) {

    ClaimValidation(Findings findings, JsonNode spec) {
        this(findings, spec, "spec");
    }

    void check(Optional<JsonNode> before) {
        JsonNode modes = spec.path("accessModes");
        if (modes.isEmpty()) {
            findings.required(path + ".accessModes", "at least 1 access mode is required");
        }
        for (int i = 0; i < modes.size(); i++) {
            findings.oneOf(path + ".accessModes[" + i + "]", modes.get(i), VolumeValidation.ACCESS_MODES);
        }
        JsonNode size = spec.at("/resources/requests/storage");
        if (size.isMissingNode()) {
            findings.required(path + ".resources[storage]", "");
        } else if (Quantity.find(size.asText()).filter(one -> !one.isNegative()).isEmpty()) {
            findings.invalid(path + ".resources.requests.storage", size, "must be a size, for example 1Gi");
        } else {
            new Quantities(findings).checkResources(spec.path("resources"), path + ".resources");
        }
        findings.oneOf(path + ".volumeMode", spec.path("volumeMode"), List.of("Filesystem"));
        for (String member : List.of("storageClassName", "volumeName")) {
            findings.nameOrNone(path + "." + member, spec.path(member));
        }
        new SelectorValidation(findings).check(spec.path("selector"), path + ".selector");
        for (String unknown : List.of("dataSource", "dataSourceRef", "volumeAttributesClassName")) {
            if (spec.hasNonNull(unknown)) {
                findings.forbidden(path + "." + unknown, "is not supported here yet");
            }
        }
        before.ifPresent(old -> {
            if (!fixed(old, old).equals(fixed(spec, old))) {
                findings.forbidden(path, "spec is immutable after creation except resources.requests for bound claims");
            }
        });
    }

    /** Without what may change, and what may be said once by those who said nothing before. */
    private static JsonNode fixed(JsonNode spec, JsonNode before) {
        ObjectNode rest = spec.deepCopy();
        rest.remove("resources");
        for (String once : List.of("volumeName", "storageClassName")) {
            if (!before.hasNonNull(once)) {
                rest.remove(once);
            }
        }
        return rest;
    }
}
