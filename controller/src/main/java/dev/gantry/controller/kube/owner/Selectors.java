package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.select.LabelSelector;
import java.util.Optional;

/** Reads {@code spec.selector}, in its old form and its new one. */
public final class Selectors {

    private Selectors() {}

    /** Empty for an object that selects nothing: that is never everything. */
    public static Optional<LabelSelector> of(KubeDocument owner) {
        JsonNode selector = owner.spec().path("selector");
        if (owner.json().path("kind").asText().equals("ReplicationController")) {
            ObjectNode plain = Json.object();
            plain.set("matchLabels", selector);
            selector = plain;
        }
        LabelSelector labels = LabelSelector.of(selector);
        return labels.equals(LabelSelector.EVERYTHING) ? Optional.empty() : Optional.of(labels);
    }
}
