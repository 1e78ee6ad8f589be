package dev.gantry.controller.kube.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.custom.Definition;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/** Writes into the document of a definition what has become of it. */
final class DefinitionStatus {

    /** Keeps a definition until its objects are gone. */
    static final String FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

    private DefinitionStatus() {}

    /**
     * The document of a definition that is there to stay; the same when nothing is new.
     *
     * @param others the statuses of the other definitions of its group
     */
    static ObjectNode settled(Definition definition, Collection<? extends JsonNode> others, Instant now) {
        ObjectNode json = definition.document().json().deepCopy();
        NameClaims claims = NameClaims.decide(definition, others);
        ObjectNode status = json.withObject("/status");
        Conditions conditions = Conditions.of(status, "").with(claims.verdict(), now);
        if (claims.areAccepted()) {
            conditions = conditions.with(
                    Condition.of(
                            Definition.ESTABLISHED,
                            true,
                            "InitialNamesAccepted",
                            "the initial names have been accepted"),
                    now);
        } else if (!definition.isEstablished()) {
            conditions = conditions.with(
                    Condition.of(Definition.ESTABLISHED, false, "NotAccepted", "not all names are accepted"), now);
        }
        conditions.writeTo(status);
        status.set("acceptedNames", claims.accepted());
        Set<String> stored = new LinkedHashSet<>(Json.texts(status.path("storedVersions")));
        stored.add(definition.storage());
        ArrayNode versions = status.putArray("storedVersions");
        stored.forEach(versions::add);
        if (!definition.document().meta().finalizers().contains(FINALIZER)) {
            json.withObject("/metadata").withArray("finalizers").add(FINALIZER);
        }
        return json;
    }

    /** The document of a definition that waits for its objects to go. */
    static ObjectNode terminating(Definition definition, Instant now) {
        ObjectNode json = definition.document().json().deepCopy();
        ObjectNode status = json.withObject("/status");
        Condition condition = Condition.of(
                "Terminating", true, "InstanceDeletionInProgress", "CustomResource deletion is in progress");
        Conditions.of(status, "").with(condition, now).writeTo(status);
        return json;
    }
}
