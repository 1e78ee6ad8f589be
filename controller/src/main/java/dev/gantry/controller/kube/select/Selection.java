package dev.gantry.controller.kube.select;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Meta;

/** What a list or a watch is about. */
public record Selection(LabelSelector labels, FieldSelector fields) {

    public static final Selection EVERYTHING = new Selection(LabelSelector.EVERYTHING, FieldSelector.EVERYTHING);

    public boolean matches(ObjectNode object) {
        return fields.matches(object)
                && (labels.rules().isEmpty() || labels.matches(Meta.of(object).labels()));
    }
}
