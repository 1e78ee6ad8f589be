package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.schema.Schemas;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The documents of OpenAPI; those of v3 are an index, and one for each group and version. They say for each kind which calls there
 * are and that fields are validated here, which is what clients look for before they write.
 */
final class OpenApi {

    /** Of all that writes. */
    static final List<String> PARAMETERS = List.of("dryRun", "fieldManager", "fieldValidation");

    private final ResourceTypes types;
    private final String version;

    /** @param version of Gantry */
    OpenApi(ResourceTypes types, String version) {
        this.types = types;
        this.version = version;
    }

    /**
     * @param path   what follows {@code openapi}
     * @param accept the header
     */
    Optional<HttpResponse> answer(String prefix, List<String> path, String accept) {
        if (path.equals(List.of("v2"))) {
            return Optional.of(new OpenApiV2(types).answer(accept));
        }
        if (path.equals(List.of("v3"))) {
            return Optional.of(Answers.json(200, index(prefix)));
        }
        if (path.size() < 3 || !path.getFirst().equals("v3")) {
            return Optional.empty();
        }
        String apiVersion = String.join("/", path.subList(2, path.size()));
        List<ResourceType> served = types.of(apiVersion);
        return served.isEmpty() ? Optional.empty() : Optional.of(Answers.json(200, document(served)));
    }

    private ObjectNode index(String prefix) {
        ObjectNode json = Json.object();
        ObjectNode paths = json.putObject("paths");
        Set<String> versions = new LinkedHashSet<>();
        types.list().forEach(type -> versions.add(type.apiVersion()));
        for (String apiVersion : versions) {
            String path = (apiVersion.contains("/") ? "apis/" : "api/") + apiVersion;
            paths.putObject(path)
                    .put("serverRelativeURL", prefix + "/openapi/v3/" + path + "?hash=" + hash(apiVersion));
        }
        return json;
    }

    /** Changes when the document does: clients keep it by that. */
    private String hash(String apiVersion) {
        List<Long> revisions = types.of(apiVersion).stream()
                .flatMap(type -> type.custom().stream())
                .map(Custom::revision)
                .toList();
        return Integer.toHexString(
                revisions.isEmpty()
                        ? version.hashCode()
                        : List.of(version, revisions).hashCode());
    }

    private ObjectNode document(List<ResourceType> served) {
        ObjectNode json = Json.object().put("openapi", "3.0.0");
        json.putObject("info").put("title", "Kubernetes").put("version", "v1.32.0");
        ObjectNode paths = json.putObject("paths");
        ObjectNode schemas = json.putObject("components").putObject("schemas");
        schemas.setAll(Schemas.builtIn().definitions(served.getFirst().apiVersion()));
        served.forEach(type -> type.ownSchema().ifPresent(own -> {
            JsonNode schema = own.json();
            schemas.setAll(Schemas.builtIn().referred(schema));
            schemas.set(name(type), schema);
        }));
        for (ResourceType type : served) {
            String path = path(type);
            String reference = name(type);
            ObjectNode all = paths.putObject(path);
            operation(all, type, "get", "list", reference);
            operation(all, type, "post", "post", reference);
            ObjectNode one = paths.putObject(path + "/{name}");
            for (String verb : List.of("get", "put", "patch", "delete")) {
                operation(one, type, verb, verb, reference);
            }
            mark(schemas, reference, type);
        }
        return json;
    }

    private static void operation(ObjectNode path, ResourceType type, String method, String action, String schema) {
        ObjectNode operation = path.putObject(method).put("x-kubernetes-action", action);
        ObjectNode _ = kind(operation.putObject("x-kubernetes-group-version-kind"), type);
        if (method.equals("post") || method.equals("put") || method.equals("patch")) {
            ArrayNode parameters = operation.putArray("parameters");
            for (String name : PARAMETERS) {
                ObjectNode parameter = parameters.addObject().put("name", name).put("in", "query");
                parameter.putObject("schema").put("type", "string").put("uniqueItems", true);
            }
        }
        operation
                .putObject("responses")
                .putObject("200")
                .put("description", "OK")
                .putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + schema);
    }

    /** Says which kind a definition is of. The definitions themselves are shared and stay as they are. */
    private static void mark(ObjectNode schemas, String name, ResourceType type) {
        ObjectNode schema = schemas.path(name) instanceof ObjectNode known
                ? known.deepCopy()
                : Json.object().put("type", "object").put("x-kubernetes-preserve-unknown-fields", true);
        ObjectNode _ = kind(schema.putArray("x-kubernetes-group-version-kind").addObject(), type);
        schemas.set(name, schema);
    }

    static ObjectNode kind(ObjectNode json, ResourceType type) {
        return json.put("group", type.name().group())
                .put("version", type.version())
                .put("kind", type.kind());
    }

    /** Of all objects of a kind. */
    static String path(ResourceType type) {
        String root = (type.name().group().isEmpty() ? "/api/" : "/apis/") + type.apiVersion();
        return root
                + (type.namespaced() ? "/namespaces/{namespace}/" : "/")
                + type.name().plural();
    }

    static String name(ResourceType type) {
        if (type.ownSchema().isEmpty()) {
            return Schemas.builtIn().name(type.apiVersion(), type.kind()).orElse(type.kind());
        }
        List<String> parts = new ArrayList<>(List.of(type.name().group().split("\\.")));
        Collections.reverse(parts);
        return String.join(".", parts) + "." + type.version() + "." + type.kind();
    }
}
