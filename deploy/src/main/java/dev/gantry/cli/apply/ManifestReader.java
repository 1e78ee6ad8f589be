package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.decode.YamlTree;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** Reads documents of the Kubernetes API. What their kinds demand the server checks, before anything is changed. */
final class ManifestReader {

    private static final String NAME_MISSING = "metadata.name is missing; what has no name cannot be applied again";

    private record Key(String group, String kind, String namespace, String name) {}

    private final List<Problem> problems;
    private final Map<Key, Manifest> known = new HashMap<>();
    private final List<Manifest> inOrder = new ArrayList<>();

    ManifestReader(List<Problem> problems) {
        this.problems = problems;
    }

    List<Manifest> manifests() {
        return inOrder;
    }

    void add(String file, MappingNode top) {
        YamlTree.Value value;
        try {
            value = YamlTree.of(top);
        } catch (KubeRefusal refusal) {
            problems.add(problem(file, top, String.valueOf(refusal.getMessage())));
            return;
        }
        value.duplicates().forEach(duplicate -> problems.add(problem(file, top, duplicate)));
        if (value.json() instanceof ObjectNode object) {
            add(file, top, object);
        }
    }

    private void add(String file, Node top, ObjectNode object) {
        JsonNode apiVersion = object.path("apiVersion");
        JsonNode kind = object.path("kind");
        if (!isWord(apiVersion) || !isWord(kind)) {
            problems.add(problem(file, top, (isWord(apiVersion) ? "kind" : "apiVersion") + " is missing or no text"));
            return;
        }
        if (kind.asText().equals("List") && apiVersion.asText().equals("v1")) {
            addItems(file, top, object.path("items"));
            return;
        }
        JsonNode metadata = object.path("metadata");
        if (!isWord(metadata.path("name"))) {
            problems.add(problem(file, top, NAME_MISSING));
            return;
        }
        String source = file + ":" + (top.getStartMark().getLine() + 1);
        Manifest manifest = new Manifest(
                apiVersion.asText(),
                kind.asText(),
                metadata.path("namespace").asText(""),
                metadata.path("name").asText(),
                object,
                source);
        Key key = new Key(manifest.group(), manifest.kind(), manifest.namespace(), manifest.name());
        Manifest other = known.putIfAbsent(key, manifest);
        if (other != null) {
            problems.add(problem(
                    file,
                    top,
                    manifest.kind() + " " + manifest.name() + " is declared twice, first at " + other.source()));
            return;
        }
        inOrder.add(manifest);
    }

    private void addItems(String file, Node top, JsonNode items) {
        for (JsonNode item : items) {
            if (item instanceof ObjectNode object) {
                add(file, top, object);
            } else {
                problems.add(problem(file, top, "items of a List must be objects"));
            }
        }
    }

    private static boolean isWord(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty();
    }

    private static Problem problem(String file, Node node, String text) {
        return Problem.at(file, node.getStartMark(), text);
    }
}
