package dev.gantry.cli.kube;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.client.KubeClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The kinds that a server has, as its discovery tells. */
final class KindTable {

    private static final String AGGREGATED =
            "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

    /** @param plural the word in paths */
    record Kind(String group, String version, String kind, String plural, boolean namespaced, List<String> verbs) {

        String apiVersion() {
            return group.isEmpty() ? version : group + "/" + version;
        }

        /** As kubectl prints it: {@code deployment.apps/web}. */
        String label(String name) {
            return KindTable.label(kind, group, name);
        }

        /** Of all objects of the kind. */
        String path() {
            return (group.isEmpty() ? "/api/" : "/apis/") + apiVersion() + "/" + plural;
        }

        /** Of one object. */
        String path(String namespace, String name) {
            String space = namespaced ? "/namespaces/" + namespace : "";
            return (group.isEmpty() ? "/api/" : "/apis/") + apiVersion() + space + "/" + plural + "/" + name;
        }
    }

    private final List<Kind> kinds;

    private KindTable(List<Kind> kinds) {
        this.kinds = kinds;
    }

    static KindTable read(KubeClient client) throws InterruptedException {
        List<Kind> kinds = new ArrayList<>();
        for (String root : List.of("/api", "/apis")) {
            for (JsonNode group : client.get(root, AGGREGATED).path("items")) {
                add(group, kinds);
            }
        }
        return new KindTable(List.copyOf(kinds));
    }

    private static void add(JsonNode group, List<Kind> kinds) {
        for (JsonNode version : group.path("versions")) {
            for (JsonNode resource : version.path("resources")) {
                List<String> verbs = new ArrayList<>();
                resource.path("verbs").forEach(verb -> verbs.add(verb.asText()));
                kinds.add(new Kind(
                        group.path("metadata").path("name").asText(""),
                        version.path("version").asText(),
                        resource.path("responseKind").path("kind").asText(),
                        resource.path("resource").asText(),
                        resource.path("scope").asText().equals("Namespaced"),
                        List.copyOf(verbs)));
            }
        }
    }

    static String label(String kind, String group, String name) {
        return kind.toLowerCase(Locale.ROOT) + (group.isEmpty() ? "" : "." + group) + "/" + name;
    }

    /** Empty as well for kinds of which there are no objects to write, reviews for example. */
    Optional<Kind> find(String apiVersion, String kind) {
        return kinds.stream()
                .filter(found -> found.kind().equals(kind) && found.apiVersion().equals(apiVersion))
                .filter(found -> found.verbs().contains("patch"))
                .findFirst();
    }

    /** The versions in which there is such a kind. */
    List<String> versions(String kind) {
        return kinds.stream()
                .filter(found -> found.kind().equals(kind))
                .map(Kind::apiVersion)
                .distinct()
                .toList();
    }

    List<String> names() {
        return kinds.stream().map(Kind::kind).distinct().toList();
    }

    /** Each kind once, in the version that the server prefers. */
    List<Kind> preferred() {
        Map<String, Kind> preferred = new LinkedHashMap<>();
        kinds.forEach(kind -> preferred.putIfAbsent(kind.plural() + "." + kind.group(), kind));
        return List.copyOf(preferred.values());
    }
}
