package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.kube.type.Subresource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tells clients what is served: as a whole where they take that, group by group for all others. */
final class Discovery {

    private static final String AGGREGATED = "APIGroupDiscoveryList";
    private static final String GROUP = "apidiscovery.k8s.io";

    private final ResourceTypes types;

    Discovery(ResourceTypes types) {
        this.types = types;
    }

    /** @return empty where there is no such document */
    Optional<HttpResponse> answer(List<String> path, String accept) {
        return switch (path.size()) {
            case 1 -> path.getFirst().equals("api") ? Optional.of(core(accept)) : groups(path, accept);
            case 2 ->
                path.getFirst().equals("api")
                        ? resources(path.get(1))
                        : Optional.of(path.get(1))
                                .filter(group -> path.getFirst().equals("apis")
                                        && types.groups().contains(group))
                                .map(group -> Answers.json(200, group(group, true)));
            case 3 -> path.getFirst().equals("apis") ? resources(path.get(1) + "/" + path.get(2)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private Optional<HttpResponse> groups(List<String> path, String accept) {
        if (!path.getFirst().equals("apis")) {
            return Optional.empty();
        }
        Optional<String> version = aggregatedVersion(accept);
        if (version.isPresent()) {
            return Optional.of(aggregated(version.get(), types.groups()));
        }
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        types.groups().forEach(group -> groups.add(group(group, false)));
        return Optional.of(Answers.json(200, list));
    }

    private HttpResponse core(String accept) {
        Optional<String> version = aggregatedVersion(accept);
        if (version.isPresent()) {
            return aggregated(version.get(), Set.of(""));
        }
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        versions.putArray("serverAddressByClientCIDRs");
        return Answers.json(200, versions);
    }

    /** The first form that the client takes and that is served; older clients know v2beta1 only. */
    private static Optional<String> aggregatedVersion(String accept) {
        for (String range : accept.split(",")) {
            if (range.contains("as=" + AGGREGATED) && range.contains("g=" + GROUP)) {
                if (range.contains("v=v2beta1")) {
                    return Optional.of("v2beta1");
                }
                if (range.contains("v=v2")) {
                    return Optional.of("v2");
                }
            } else if (range.trim().startsWith("application/json") && !range.contains("as=")) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private HttpResponse aggregated(String form, Set<String> groups) {
        ObjectNode list = Json.object().put("kind", AGGREGATED).put("apiVersion", GROUP + "/" + form);
        list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        for (String group : groups) {
            ObjectNode item = items.addObject();
            item.putObject("metadata").put("name", group).putNull("creationTimestamp");
            ArrayNode versions = item.putArray("versions");
            for (String version : types.versions(group)) {
                ObjectNode one = versions.addObject().put("version", version).put("freshness", "Current");
                ArrayNode resources = one.putArray("resources");
                types.of(apiVersion(group, version)).forEach(type -> resources.add(aggregated(type)));
            }
        }
        return Answers.typed(200, list, "application/json;g=" + GROUP + ";v=" + form + ";as=" + AGGREGATED)
                .with("Vary", "Accept");
    }

    private static ObjectNode aggregated(ResourceType type) {
        ObjectNode json = Json.object().put("resource", type.name().plural());
        kind(json.putObject("responseKind"), type.name().group(), type.version(), type.kind());
        json.put("scope", type.namespaced() ? "Namespaced" : "Cluster").put("singularResource", type.singular());
        texts(json, "verbs", type.verbs());
        texts(json, "shortNames", type.shortNames());
        texts(json, "categories", type.categories());
        if (!type.subresources().isEmpty()) {
            ArrayNode list = json.putArray("subresources");
            for (Subresource sub : type.subresources()) {
                ObjectNode one = list.addObject().put("subresource", sub.name());
                kind(one.putObject("responseKind"), sub.group(), sub.version(), sub.kind());
                texts(one, "verbs", sub.verbs());
            }
        }
        return json;
    }

    private Optional<HttpResponse> resources(String apiVersion) {
        List<ResourceType> served = types.of(apiVersion);
        if (served.isEmpty()) {
            return Optional.empty();
        }
        ObjectNode list = Json.object()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", apiVersion);
        ArrayNode resources = list.putArray("resources");
        for (ResourceType type : served) {
            ObjectNode json = resources
                    .addObject()
                    .put("name", type.name().plural())
                    .put("singularName", type.singular())
                    .put("namespaced", type.namespaced())
                    .put("kind", type.kind());
            texts(json, "verbs", type.verbs());
            texts(json, "shortNames", type.shortNames());
            texts(json, "categories", type.categories());
            for (Subresource sub : type.subresources()) {
                ObjectNode one = resources
                        .addObject()
                        .put("name", type.name().plural() + "/" + sub.name())
                        .put("singularName", "")
                        .put("namespaced", type.namespaced())
                        .put("kind", sub.kind());
                if (!sub.group().equals(type.name().group())) {
                    one.put("group", sub.group()).put("version", sub.version());
                }
                texts(one, "verbs", sub.verbs());
            }
        }
        return Optional.of(Answers.json(200, list));
    }

    private ObjectNode group(String group, boolean whole) {
        ObjectNode json = Json.object();
        if (whole) {
            json.put("kind", "APIGroup").put("apiVersion", "v1");
        }
        json.put("name", group);
        ArrayNode versions = json.putArray("versions");
        types.versions(group).forEach(version -> groupVersion(versions.addObject(), group, version));
        groupVersion(
                json.putObject("preferredVersion"),
                group,
                types.versions(group).iterator().next());
        return json;
    }

    private static void groupVersion(ObjectNode json, String group, String version) {
        json.put("groupVersion", apiVersion(group, version)).put("version", version);
    }

    private static void kind(ObjectNode json, String group, String version, String kind) {
        json.put("group", group).put("version", version).put("kind", kind);
    }

    private static String apiVersion(String group, String version) {
        return group.isEmpty() ? version : group + "/" + version;
    }

    private static void texts(ObjectNode json, String member, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode list = json.putArray(member);
            texts.forEach(list::add);
        }
    }
}
