package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.quantity.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks quantities in objects. */
record Quantities(Findings findings) {

    static final String RULE =
            "quantities must match the regular expression" + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    static final String NOT_NEGATIVE = "must be greater than or equal to 0";

    /** What the containers of a pod ask for must be quantities, and no more than they may use. */
    void checkResources(JsonNode resources, String path) {
        for (String member : List.of("limits", "requests")) {
            for (Map.Entry<String, JsonNode> entry : resources.path(member).properties()) {
                checkOne(entry.getValue(), path + "." + member + "[" + entry.getKey() + "]");
            }
        }
        for (Map.Entry<String, JsonNode> entry : resources.path("requests").properties()) {
            Optional<Quantity> request = Quantity.find(entry.getValue().asText());
            Quantity.find(resources.path("limits").path(entry.getKey()).asText())
                    .filter(limit ->
                            request.filter(asked -> asked.exceeds(limit)).isPresent())
                    .ifPresent(limit -> findings.invalid(
                            path + ".requests",
                            request.orElseThrow().toString(),
                            "must be less than or equal to " + entry.getKey() + " limit of " + limit));
        }
    }

    private void checkOne(JsonNode value, String path) {
        Optional<Quantity> quantity = Quantity.find(value.asText());
        if (quantity.isEmpty()) {
            findings.invalid(path, value, RULE);
        } else if (quantity.get().isNegative()) {
            findings.invalid(path, value, NOT_NEGATIVE);
        }
    }
}
