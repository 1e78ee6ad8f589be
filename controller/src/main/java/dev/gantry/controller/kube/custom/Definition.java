package dev.gantry.controller.kube.custom;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.schema.Schema;
import dev.gantry.controller.kube.schema.Schemas;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.controller.kube.type.ResourceType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A custom definition that was checked before it was stored. */
public record Definition(KubeDocument document) {

    public static final String ESTABLISHED = "Established";
    private static final String SCHEMA = "/schema/openAPIV3Schema";

    /** Whether its kind is served. */
    public boolean isEstablished() {
        return holds(ESTABLISHED);
    }

    public boolean holds(String condition) {
        return document.status()
                .path("conditions")
                .valueStream()
                .anyMatch(one -> one.path("type").asText().equals(condition)
                        && one.path("status").asText().equals("True"));
    }

    public ResourceName resource() {
        return new ResourceName(
                document.spec().path("group").asText(),
                document.spec().at("/names/plural").asText());
    }

    /** What was accepted of what it wants to be called. */
    private JsonNode names() {
        return document.status().path("acceptedNames");
    }

    /** The version that objects are kept in. */
    public String storage() {
        return document.spec()
                .path("versions")
                .valueStream()
                .filter(version -> version.path("storage").asBoolean())
                .map(version -> version.path("name").asText())
                .findFirst()
                .orElse("");
    }

    /** One for each version that is served. */
    List<ResourceType> types() {
        List<ResourceType> types = new ArrayList<>();
        for (JsonNode version : document.spec().path("versions")) {
            if (version.path("served").asBoolean()) {
                types.add(type(version));
            }
        }
        return types;
    }

    private ResourceType type(JsonNode version) {
        JsonNode values = version.at(SCHEMA);
        JsonNode subresources = version.path("subresources");
        Schema schema = Schemas.builtIn().custom(ImpliedFields.with(values));
        Custom custom = new Custom(
                names().path("singular").asText(),
                names().path("listKind").asText(),
                storage(),
                schema,
                Schemas.builtIn().custom(values),
                scale(subresources.path("scale")),
                selectable(version),
                warning(version),
                document.record().revision(),
                document.meta().isDeleted(),
                Filling.isNeeded(schema));
        ResourceType type = ResourceType.custom(
                        resource(),
                        version.path("name").asText(),
                        names().path("kind").asText(),
                        document.spec().path("scope").asText().equals("Namespaced"),
                        custom)
                .called(Json.texts(names().path("shortNames")).toArray(String[]::new))
                .in(Json.texts(names().path("categories")))
                .shows(PrinterColumns.of(version));
        if (subresources.path("status").isObject()) {
            type = type.withStatus();
        }
        return custom.scale().isPresent() ? type.withScale() : type;
    }

    private static Optional<Custom.Scale> scale(JsonNode scale) {
        return scale.isObject()
                ? Optional.of(new Custom.Scale(
                        pointer(scale, "specReplicasPath"),
                        pointer(scale, "statusReplicasPath"),
                        pointer(scale, "labelSelectorPath")))
                : Optional.empty();
    }

    private static String pointer(JsonNode scale, String member) {
        return JsonPath.parse(scale.path(member).asText())
                .flatMap(JsonPath::pointer)
                .orElse("");
    }

    /** Without the dot that they begin with. */
    private static List<String> selectable(JsonNode version) {
        return version.path("selectableFields")
                .valueStream()
                .map(field -> field.path("jsonPath").asText().replaceFirst("^\\.", ""))
                .toList();
    }

    private Optional<String> warning(JsonNode version) {
        if (!version.path("deprecated").asBoolean()) {
            return Optional.empty();
        }
        String text = version.path("deprecationWarning").asText();
        return Optional.of(
                text.isEmpty()
                        ? resource().group() + "/" + version.path("name").asText() + " "
                                + names().path("kind").asText() + " is deprecated"
                        : text);
    }
}
