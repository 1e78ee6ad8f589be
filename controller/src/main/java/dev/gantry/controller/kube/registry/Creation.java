package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.admission.Admission;
import dev.gantry.controller.kube.admit.KindRules;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Writes new objects, each together with what belongs to it from its first moment.
 *
 * @param authorityPem the certificate by which those inside a cluster know its API
 */
public record Creation(Registries registries, Supplier<String> uids, String authorityPem) {

    /**
     * Of a kind that is built in.
     *
     * @param object complete but for what every object gets; named as {@code name} says
     */
    public ObjectNode write(Draft draft, ObjectName name, ObjectNode object) {
        ResourceType type = ResourceTypes.builtIn().find(name.resource()).orElseThrow(KubeRefusal::unknownPath);
        return write(draft, type, name, object, UnaryOperator.identity());
    }

    /**
     * @param type   of the object; the version that the caller speaks
     * @param finish the last hand on the object before it is written, with all that it was given
     */
    public ObjectNode write(
            Draft draft, ResourceType type, ObjectName name, ObjectNode object, UnaryOperator<ObjectNode> finish) {
        if (registries.of(type).find(draft.image(), name).isPresent()) {
            throw KubeRefusal.alreadyExists(name.resource(), name.name());
        }
        if (type.namespaced()) {
            Namespaces.guard(draft, name);
        }
        type.custom().ifPresent(custom -> Definitions.guard(draft, name, custom));
        ObjectNode born = bear(draft, type, name, object, finish);
        if (name.resource().equals(ResourceName.NAMESPACES)) {
            Namespaces.contents(name.cluster(), name.name(), authorityPem)
                    .forEach((inside, more) -> bear(
                            draft,
                            ResourceTypes.builtIn().find(inside.resource()).orElseThrow(),
                            inside,
                            more,
                            UnaryOperator.identity()));
        }
        return born;
    }

    private ObjectNode bear(
            Draft draft, ResourceType type, ObjectName name, ObjectNode object, UnaryOperator<ObjectNode> finish) {
        ObjectNode born = Birth.of(type, object, name, uids.get(), draft.now());
        Admission admission = Admission.ofRequest(draft.image(), draft.now());
        KindRules.fill(type, born);
        admission.complete(name, born);
        KindRules.check(type, born, Optional.empty());
        admission.admit(name, born);
        ObjectNode finished = finish.apply(born);
        registries.of(type).create(draft, name, finished);
        admission.writeTo(draft.writes());
        return finished;
    }
}
