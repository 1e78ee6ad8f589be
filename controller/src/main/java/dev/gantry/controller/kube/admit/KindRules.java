package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.custom.Filling;
import dev.gantry.controller.kube.custom.ValueCheck;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.controller.kube.type.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the kind of an object, built in or defined by a user, says of each object: what it fills in and what it forbids. */
public final class KindRules {

    private static final String SPEC = "spec";

    private KindRules() {}

    /** Changes the object: fills in what a client may leave out. */
    public static void fill(ResourceType type, ObjectNode object) {
        type.custom()
                .map(Custom::schema)
                .ifPresentOrElse(
                        schema -> Filling.fill(object, schema),
                        () -> Defaults.apply(type.apiVersion(), type.kind(), object));
    }

    /**
     * @param before what it replaces; empty for a new object
     * @throws KubeRefusal with all that is wrong with it
     */
    public static void check(ResourceType type, ObjectNode object, Optional<ObjectNode> before) {
        List<Cause> wrong = new ArrayList<>(Validation.check(type.apiVersion(), type.kind(), object, before));
        type.custom().ifPresent(custom -> wrong.addAll(ValueCheck.check(object, before, custom.values())));
        refuse(type, object, wrong);
    }

    /**
     * @param pod with the ephemeral containers that somebody wants it to have
     * @throws KubeRefusal with all that is wrong with it
     */
    public static void checkEphemeralContainers(ResourceType type, ObjectNode pod, ObjectNode before) {
        Findings findings = new Findings();
        new PodValidation(findings, pod.path(SPEC), SPEC).check();
        new EphemeralContainers(findings, pod.path(SPEC), SPEC).checkChange(before.path(SPEC));
        refuse(type, pod, findings.causes());
    }

    /** @throws KubeRefusal with all that is wrong with what somebody says of an object's state */
    public static void checkStatus(ResourceType type, ObjectNode object) {
        if (type.name().equals(ResourceName.PODS)) {
            Findings findings = new Findings();
            new PodConditions(findings, object.at("/status/conditions")).check();
            refuse(type, object, findings.causes());
        }
    }

    private static void refuse(ResourceType type, ObjectNode object, List<Cause> wrong) {
        if (!wrong.isEmpty()) {
            String name = object.at("/metadata/name").asText();
            throw KubeRefusal.invalid(type.name().group(), type.kind(), name, wrong);
        }
    }
}
