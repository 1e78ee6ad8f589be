package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.schema.Schemas;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.proto.openapi.AdditionalProperties;
import dev.gantry.proto.openapi.Definitions;
import dev.gantry.proto.openapi.Document;
import dev.gantry.proto.openapi.Extension;
import dev.gantry.proto.openapi.ExtensionValue;
import dev.gantry.proto.openapi.Info;
import dev.gantry.proto.openapi.Items;
import dev.gantry.proto.openapi.NamedPathItem;
import dev.gantry.proto.openapi.NamedSchema;
import dev.gantry.proto.openapi.NonBodyParameter;
import dev.gantry.proto.openapi.Operation;
import dev.gantry.proto.openapi.Parameter;
import dev.gantry.proto.openapi.ParametersItem;
import dev.gantry.proto.openapi.PathItem;
import dev.gantry.proto.openapi.Paths;
import dev.gantry.proto.openapi.Properties;
import dev.gantry.proto.openapi.QueryParameter;
import dev.gantry.proto.openapi.Schema;
import dev.gantry.proto.openapi.Type;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The one document of OpenAPI v2, by which kubectl before 1.29 checks what it sends and explains fields. It reads it as protobuf only. What v2
 * has no words for is left out; what clients of v2 would take for a fault is told as anything at all.
 */
final class OpenApiV2 {

    /** As clients ask for it; with its {@code @} it is no type that they could read in an answer. */
    private static final String ASKED = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    private static final String ANSWERED = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private static final String EXTENSION = "x-kubernetes-";
    private static final String KIND = "x-kubernetes-group-version-kind";
    private static final String OBJECT = "object";

    // What is built in never changes: as many as there are definitions.
    private static final Map<String, Schema> BUILT_IN = new ConcurrentHashMap<>();

    private final ResourceTypes types;

    OpenApiV2(ResourceTypes types) {
        this.types = types;
    }

    /** @param accept the header */
    HttpResponse answer(String accept) {
        if (!accept.contains("proto-openapi.spec.v2")) {
            throw KubeRefusal.of(
                    Reason.NOT_ACCEPTABLE, "only " + ASKED + " is served here; /openapi/v3 has the same as JSON");
        }
        return new HttpResponse(
                200,
                Headers.of("Content-Type", ANSWERED, "Cache-Control", "no-cache, private", "Vary", "Accept"),
                Body.of(document().toByteArray()));
    }

    private Document document() {
        Map<String, Schema> definitions = new TreeMap<>();
        Paths.Builder paths = Paths.newBuilder();
        for (ResourceType type : types.list()) {
            ObjectNode known = type.custom()
                    .map(custom -> Schemas.builtIn().referred(custom.schema().json()))
                    .orElseGet(() -> Schemas.builtIn().definitions(type.apiVersion()));
            known.properties()
                    .forEach(one -> definitions.putIfAbsent(
                            one.getKey(), BUILT_IN.computeIfAbsent(one.getKey(), _ -> schema(one.getValue()))));
            String name = OpenApi.name(type);
            Schema schema = type.custom()
                    .map(custom -> schema(custom.schema().json()))
                    .orElseGet(() -> definitions.getOrDefault(name, anything(Json.object())));
            definitions.put(name, ofKind(schema, type));
            paths.addPath(path(type));
        }
        Definitions.Builder all = Definitions.newBuilder();
        definitions.forEach((name, schema) -> all.addAdditionalProperties(named(name, schema)));
        return Document.newBuilder()
                .setSwagger("2.0")
                .setInfo(Info.newBuilder().setTitle("Kubernetes").setVersion("v1.32.0"))
                .setPaths(paths)
                .setDefinitions(all)
                .build();
    }

    /** Clients look here for what may be asked of a kind. */
    private static NamedPathItem path(ResourceType type) {
        Operation.Builder patch =
                Operation.newBuilder().addExtensions(extension(KIND, OpenApi.kind(Json.object(), type)));
        OpenApi.PARAMETERS.forEach(name -> patch.addParameters(parameter(name)));
        return NamedPathItem.newBuilder()
                .setName(OpenApi.path(type) + "/{name}")
                .setValue(PathItem.newBuilder().setPatch(patch))
                .build();
    }

    private static ParametersItem parameter(String name) {
        QueryParameter query = QueryParameter.newBuilder()
                .setIn("query")
                .setName(name)
                .setType("string")
                .build();
        return ParametersItem.newBuilder()
                .setParameter(Parameter.newBuilder()
                        .setNonBody(NonBodyParameter.newBuilder().setQuery(query)))
                .build();
    }

    private static Schema ofKind(Schema schema, ResourceType type) {
        Schema.Builder marked = schema.toBuilder().clearExtensions();
        schema.getExtensionsList().stream()
                .filter(extension -> !extension.getName().equals(KIND))
                .forEach(marked::addExtensions);
        JsonNode kinds = Json.object().putArray("kinds").add(OpenApi.kind(Json.object(), type));
        return marked.addExtensions(extension(KIND, kinds)).build();
    }

    private static Schema schema(JsonNode json) {
        if (json.path("x-kubernetes-int-or-string").asBoolean()) {
            return described(json)
                    .setType(Type.newBuilder().addValue("string"))
                    .setFormat("int-or-string")
                    .build();
        }
        if (json.path("nullable").asBoolean()) {
            return described(json).build();
        }
        if (json.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
            return anything(json);
        }
        Schema.Builder schema = described(json).setFormat(json.path("format").asText());
        if (json.has("$ref")) {
            String reference = json.path("$ref").asText();
            return schema.setReference("#/definitions/" + reference.substring(reference.lastIndexOf('/') + 1))
                    .build();
        }
        if (json.has("type")) {
            schema.setType(Type.newBuilder().addValue(json.path("type").asText()));
        }
        if (json.has("items")) {
            schema.setItems(Items.newBuilder().addSchema(schema(json.path("items"))));
        }
        if (json.has("properties")) {
            Properties.Builder properties = Properties.newBuilder();
            json.path("properties")
                    .properties()
                    .forEach(one -> properties.addAdditionalProperties(named(one.getKey(), schema(one.getValue()))));
            schema.setProperties(properties);
            schema.addAllRequired(Json.texts(json.path("required")));
        }
        JsonNode additional = json.path("additionalProperties");
        if (additional.isObject()) {
            schema.setAdditionalProperties(AdditionalProperties.newBuilder().setSchema(schema(additional)));
        } else if (additional.isBoolean()) {
            schema.setAdditionalProperties(AdditionalProperties.newBuilder().setAllowed(additional.asBoolean()));
        }
        return schema.build();
    }

    private static Schema anything(JsonNode json) {
        return described(json)
                .setType(Type.newBuilder().addValue(json.path("type").asText(OBJECT)))
                .build();
    }

    private static Schema.Builder described(JsonNode json) {
        Schema.Builder schema =
                Schema.newBuilder().setDescription(json.path("description").asText());
        json.properties().stream()
                .filter(member -> member.getKey().startsWith(EXTENSION))
                .forEach(member -> schema.addExtensions(extension(member.getKey(), member.getValue())));
        return schema;
    }

    private static NamedSchema named(String name, Schema schema) {
        return NamedSchema.newBuilder().setName(name).setValue(schema).build();
    }

    /** JSON is YAML as well. */
    private static Extension extension(String name, JsonNode value) {
        return Extension.newBuilder()
                .setName(name)
                .setValue(ExtensionValue.newBuilder().setYaml(value.toString()))
                .build();
    }
}
