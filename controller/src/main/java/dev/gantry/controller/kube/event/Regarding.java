package dev.gantry.controller.kube.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;

/** The object that something happened to. */
public record Regarding(ObjectName name, String apiVersion, String kind, String uid) {

    public static Regarding pod(ObjectName name, String uid) {
        return new Regarding(name, "v1", "Pod", uid);
    }

    public static Regarding of(KubeDocument object) {
        return new Regarding(
                object.name(),
                object.json().path("apiVersion").asText(),
                object.json().path("kind").asText(),
                object.meta().uid());
    }

    ObjectNode draw(String fieldPath) {
        ObjectNode object = Json.object().put("kind", kind);
        if (!name.namespace().isEmpty()) {
            object.put("namespace", name.namespace());
        }
        object.put("name", name.name()).put("uid", uid).put("apiVersion", apiVersion);
        if (!fieldPath.isEmpty()) {
            object.put("fieldPath", fieldPath);
        }
        return object;
    }
}
