package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks what is said of a pod's state: conditions of whatever type, each at most once. */
record PodConditions(Findings findings, JsonNode conditions) {

    static final List<String> STATUSES = List.of("False", "True", "Unknown");

    private static final String PATH = "status.conditions";

    /** They stay in the pod's record for as long as the pod lives. */
    private static final int COUNT_MAX = 64;

    void check() {
        if (conditions.size() > COUNT_MAX) {
            findings.tooMany(PATH, COUNT_MAX);
            return;
        }
        Set<String> types = new HashSet<>();
        for (int i = 0; i < conditions.size(); i++) {
            String at = PATH + "[" + i + "]";
            String type = conditions.get(i).path("type").asText();
            Names.keyProblem(type).ifPresent(problem -> findings.invalid(at + ".type", type, problem));
            JsonNode status = conditions.get(i).path("status");
            if (status.asText().isEmpty()) {
                findings.required(at + ".status", "");
            }
            findings.oneOf(at + ".status", status, STATUSES);
            if (!types.add(type)) {
                findings.duplicate(at + ".type", type);
            }
        }
    }
}
