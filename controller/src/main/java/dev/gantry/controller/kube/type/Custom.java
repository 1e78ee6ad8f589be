package dev.gantry.controller.kube.type;

import dev.gantry.controller.kube.schema.Schema;
import java.util.List;
import java.util.Optional;

/**
 * What a custom definition says of one version of its kind, beyond what every kind has.
 *
 * @param storage    the version that objects are kept in
 * @param schema     of an object, with the metadata that every object has
 * @param values     what is asked of the values in an object
 * @param selectable fields by which objects can be selected, beside name and namespace
 * @param warning    for everybody who uses the version
 * @param revision   of the record that holds the definition
 * @param isDeleted  whether the definition goes, and takes no new objects
 * @param fills      whether there is anything that it fills in
 */
public record Custom(
        String singular,
        String listKind,
        String storage,
        Schema schema,
        Schema values,
        Optional<Scale> scale,
        List<String> selectable,
        Optional<String> warning,
        long revision,
        boolean isDeleted,
        boolean fills) {

    /**
     * Where an object says how many replicas it has, as JSON pointers.
     *
     * @param selector of its pods, as text; empty where there is none
     */
    public record Scale(String specReplicas, String statusReplicas, String selector) {}
}
