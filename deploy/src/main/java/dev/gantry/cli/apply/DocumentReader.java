package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.terminal.Near;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads documents from YAML or JSON text. Whatever the ECS API would not understand is a {@link Problem} with its
 * place, all of them at once; documents of another API are manifests, which Kubernetes' API checks. {@code status}, labels and annotations are taken without complaint, so that documents
 * read back from a Kubernetes client can be applied; they are not sent.
 */
public final class DocumentReader {

    public static final String API_VERSION = "ecs.services.k8s.aws/v1alpha1";

    private static final int ALIASES_MAX = 50;
    private static final String GROUP = API_VERSION.substring(0, API_VERSION.indexOf('/') + 1);
    private static final int DEPTH_MAX = 100;
    private static final int CHARACTERS_MAX = 4 << 20;
    private static final List<String> TOP = List.of("apiVersion", "kind", "metadata", "spec", "status");
    private static final List<String> METADATA = List.of("name", "namespace", "labels", "annotations");

    private final Model model = Model.ecs();
    private final String defaultCluster;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<ObjectId, Document> documents = new HashMap<>();
    private final List<Document> inOrder = new ArrayList<>();
    private final ManifestReader manifests = new ManifestReader(problems);

    /** @param defaultCluster of services that name none */
    public DocumentReader(String defaultCluster) {
        this.defaultCluster = defaultCluster;
    }

    /** A file and what is in it. */
    public record Source(String file, String text) {}

    /** Reads all sources together, so that they may refer to each other and their problems are shown at once. */
    public static Documents read(List<Source> sources, String defaultCluster) {
        DocumentReader reader = new DocumentReader(defaultCluster);
        sources.forEach(reader::add);
        if (!reader.problems.isEmpty()) {
            throw new Problem.InvalidDocuments(reader.problems);
        }
        return new Documents(reader.inOrder, reader.manifests.manifests());
    }

    private void add(Source source) {
        // JSON is YAML except that it may be indented by tabs; a tab inside a JSON string is written \t.
        String start = source.text().stripLeading();
        boolean json = start.startsWith("{") || start.startsWith("[");
        String text = json ? source.text().replace('\t', ' ') : source.text();
        try {
            for (Node root : new Yaml(limits()).composeAll(new StringReader(text))) {
                if (root != null && !root.getTag().equals(Tag.NULL)) {
                    document(source.file(), root);
                }
            }
        } catch (MarkedYAMLException e) {
            problems.add(Problem.at(source.file(), e.getProblemMark(), String.valueOf(e.getProblem())));
        } catch (YAMLException e) {
            problems.add(new Problem(source.file(), 1, 1, String.valueOf(e.getMessage())));
        }
    }

    private static LoaderOptions limits() {
        LoaderOptions limits = new LoaderOptions();
        limits.setMaxAliasesForCollections(ALIASES_MAX);
        limits.setNestingDepthLimit(DEPTH_MAX);
        limits.setCodePointLimit(CHARACTERS_MAX);
        limits.setAllowDuplicateKeys(false);
        limits.setAllowRecursiveKeys(false);
        return limits;
    }

    private void document(String file, Node root) {
        int before = problems.size();
        Shaper shaper = new Shaper(file, problems);
        if (!(root instanceof MappingNode top)) {
            shaper.problem(root, "a document must be an object with apiVersion, kind, metadata and spec");
            return;
        }
        if (isManifest(top)) {
            manifests.add(file, top);
            return;
        }
        shaper.refuseDuplicates(top, "the document");
        refuseUnknown(shaper, top, TOP, "the document");
        expect(shaper, top);
        Optional<Kind> kind = kind(shaper, top);
        String alias = alias(shaper, top);
        if (kind.isEmpty()) {
            return;
        }
        Node spec = value(top, "spec");
        if (spec == null) {
            shaper.problem(top, "spec is missing");
            return;
        }
        if (shaper.shape(spec, model.shape(kind.get().shape()), "spec", 0) instanceof ObjectNode object) {
            complete(shaper, spec, kind.get(), alias, object);
            if (problems.size() == before) {
                keep(shaper, top, document(file, top, kind.get(), alias, object));
            }
        }
    }

    /** Whether it names another API than that of ECS; who names none is told of this one. */
    private static boolean isManifest(MappingNode top) {
        return value(top, "apiVersion") instanceof ScalarNode version
                && !version.getValue().isEmpty()
                && !version.getValue().startsWith(GROUP);
    }

    /** Fills in the name and checks what only the whole request can tell. */
    private void complete(Shaper shaper, Node spec, Kind kind, String alias, ObjectNode object) {
        if (!object.has(kind.nameMember()) && !alias.isEmpty()) {
            object.put(kind.nameMember(), alias);
        }
        for (String required : model.shape(kind.shape()).required()) {
            if (!mentions(spec, required) && !required.equals(kind.nameMember())) {
                shaper.problem(spec, "spec." + required + " is missing");
            }
        }
        if (kind == Kind.SERVICE && !object.has("cluster")) {
            object.put("cluster", defaultCluster);
        }
        if (kind == Kind.SERVICE && !mentions(spec, "taskDefinition")) {
            shaper.problem(spec, "spec.taskDefinition is missing");
        }
    }

    private static boolean mentions(Node spec, String field) {
        return spec instanceof MappingNode mapping && Shaper.mentions(mapping, field);
    }

    private static Document document(String file, Node top, Kind kind, String alias, ObjectNode spec) {
        String cluster = kind == Kind.SERVICE ? lastPart(spec.path("cluster").asText()) : "";
        ObjectId id = new ObjectId(kind, cluster, spec.path(kind.nameMember()).asText());
        return new Document(id, alias, spec, file + ":" + (top.getStartMark().getLine() + 1));
    }

    private void keep(Shaper shaper, Node top, Document document) {
        Document other = documents.putIfAbsent(document.id(), document);
        if (other != null) {
            shaper.problem(top, document.id() + " is declared twice, first at " + other.source());
            return;
        }
        inOrder.add(document);
    }

    private static void expect(Shaper shaper, MappingNode top) {
        Node version = value(top, "apiVersion");
        if (version == null) {
            shaper.problem(top, "apiVersion is missing; write " + API_VERSION + ", or one of Kubernetes");
        } else if (!(version instanceof ScalarNode scalar) || !scalar.getValue().equals(API_VERSION)) {
            shaper.problem(version, "apiVersion must be " + API_VERSION);
        }
    }

    private static Optional<Kind> kind(Shaper shaper, MappingNode top) {
        Node node = value(top, "kind");
        if (!(node instanceof ScalarNode scalar)) {
            shaper.problem(
                    node == null ? top : node, "kind is missing; it is one of " + String.join(", ", Kind.titles()));
            return Optional.empty();
        }
        Optional<Kind> kind = Kind.of(scalar.getValue());
        if (kind.isEmpty()) {
            shaper.problem(
                    node,
                    "unknown kind \"" + scalar.getValue() + "\"; it is one of " + String.join(", ", Kind.titles())
                            + Near.hint(scalar.getValue(), Kind.titles()));
        }
        return kind;
    }

    private static String alias(Shaper shaper, MappingNode top) {
        Node node = value(top, "metadata");
        if (!(node instanceof MappingNode metadata)) {
            shaper.problem(node == null ? top : node, "metadata.name is missing");
            return "";
        }
        shaper.refuseDuplicates(metadata, "metadata");
        refuseUnknown(shaper, metadata, METADATA, "metadata");
        Node name = value(metadata, "name");
        if (!(name instanceof ScalarNode scalar) || scalar.getValue().isEmpty()) {
            shaper.problem(name == null ? metadata : name, "metadata.name is missing");
            return "";
        }
        return scalar.getValue();
    }

    private static void refuseUnknown(Shaper shaper, MappingNode mapping, List<String> known, String path) {
        for (NodeTuple entry : mapping.getValue()) {
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                shaper.problem(entry.getKeyNode(), "a field's name in " + path + " must be a plain word");
            } else if (!known.contains(key.getValue())) {
                shaper.problem(
                        key, "unknown field \"" + key.getValue() + "\" in " + path + Near.hint(key.getValue(), known));
            }
        }
    }

    private static @org.jspecify.annotations.Nullable Node value(MappingNode mapping, String name) {
        for (NodeTuple entry : mapping.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode key && key.getValue().equals(name)) {
                return entry.getValueNode();
            }
        }
        return null;
    }

    private static String lastPart(String arn) {
        return arn.substring(arn.lastIndexOf('/') + 1);
    }
}
