package dev.gantry.controller.kube.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads {@code metadata} of any object of the Kubernetes API. */
public record Meta(JsonNode json) {

    /**
     * One of {@code metadata.ownerReferences}.
     *
     * @param controller whether it is the one that manages the object
     * @param blocks whether its foreground deletion waits for the object
     */
    public record Owner(String apiVersion, String kind, String name, String uid, boolean controller, boolean blocks) {}

    public static Meta of(JsonNode object) {
        return new Meta(object.path("metadata"));
    }

    public String name() {
        return json.path("name").asText();
    }

    /** Empty for what has none. */
    public String namespace() {
        return json.path("namespace").asText();
    }

    public String uid() {
        return json.path("uid").asText();
    }

    /** Grows with each change of the spec. */
    public long generation() {
        return json.path("generation").asLong();
    }

    public Map<String, String> labels() {
        return texts("labels");
    }

    public Map<String, String> annotations() {
        return texts("annotations");
    }

    public List<String> finalizers() {
        return Json.texts(json.path("finalizers"));
    }

    /** Whether its deletion was asked for and waits for finalizers or for its grace period. */
    public boolean isDeleted() {
        return json.hasNonNull("deletionTimestamp");
    }

    public List<Owner> owners() {
        List<Owner> owners = new ArrayList<>();
        json.path("ownerReferences")
                .forEach(one -> owners.add(new Owner(
                        one.path("apiVersion").asText(),
                        one.path("kind").asText(),
                        one.path("name").asText(),
                        one.path("uid").asText(),
                        one.path("controller").asBoolean(),
                        one.path("blockOwnerDeletion").asBoolean())));
        return owners;
    }

    /** The owner that manages the object. */
    public Optional<Owner> controller() {
        return owners().stream().filter(Owner::controller).findFirst();
    }

    private Map<String, String> texts(String member) {
        Map<String, String> texts = new TreeMap<>();
        json.path(member)
                .properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }
}
