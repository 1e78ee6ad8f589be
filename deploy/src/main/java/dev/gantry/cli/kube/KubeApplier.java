package dev.gantry.cli.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.apply.Manifest;
import dev.gantry.cli.client.ApiException;
import dev.gantry.cli.client.KubeClient;
import dev.gantry.cli.client.OpsClient;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.cli.terminal.Near;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes what exists be as manifests declare it, by server-side apply. Everything is tried on the server first, so that nothing is changed
 * when one of the documents is refused.
 */
public final class KubeApplier {

    private static final String APPLY_SET = "gantry.dev/apply-set";
    private static final String MANAGER = "fieldManager=gantry&fieldValidation=Strict";
    private static final Duration NEW_KIND_MAX = Duration.ofSeconds(30);
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final int PAGE = 500;
    private static final int UNREADABLE = 400;
    private static final int CONFLICT = 409;
    private static final int INVALID = 422;
    private static final Set<Integer> ABOUT_THE_DOCUMENT = Set.of(UNREADABLE, 403, 404, CONFLICT, INVALID);
    /** Made by the server itself, with the labels of what they are made for. */
    private static final Set<String> NEVER_PRUNED =
            Set.of("Endpoints", "EndpointSlice", "Event", "Lease", "ControllerRevision");

    private final KubeClient client;
    private final Options options;
    private final Consumer<String> warnings;
    private final Clock clock;
    private KindTable kinds;

    /**
     * How to apply.
     *
     * @param applySet the set that the objects belong to; empty for none
     * @param force    takes fields from whoever else manages them
     */
    public record Options(String applySet, boolean prune, boolean force) {}

    /** @param warnings takes what the server thinks its client should know */
    public KubeApplier(KubeClient client, Options options, Consumer<String> warnings, Clock clock)
            throws InterruptedException {
        this.client = client;
        this.options = options;
        this.warnings = warnings;
        this.clock = clock;
        this.kinds = KindTable.read(client);
    }

    /**
     * What there is to do, in order.
     *
     * @throws Failure with all that is wrong with the documents
     */
    public List<Step> plan(List<Manifest> manifests) throws InterruptedException {
        Plan plan = new Plan(manifests);
        List<Step> steps = new ArrayList<>();
        for (Manifest manifest : inOrder(manifests)) {
            plan.add(manifest, steps);
        }
        plan.complain();
        if (options.prune()) {
            steps.addAll(surplus(manifests));
        }
        return steps;
    }

    /** @return what was done: {@code created}, {@code configured}, {@code unchanged} or {@code deleted} */
    public String perform(Step step) throws InterruptedException {
        return switch (step) {
            case Step.Apply apply -> {
                String target = target(await(apply.manifest()), apply.manifest()) + "?" + MANAGER + force();
                KubeClient.Answer answer = client.apply("apply " + apply.label(), target, apply.body());
                answer.warnings().forEach(warnings);
                String before = version(apply.live());
                yield apply.isNew() ? "created" : before.equals(version(answer.json())) ? "unchanged" : "configured";
            }
            case Step.Delete delete -> {
                boolean _ = client.delete("delete " + delete.label(), delete.path());
                yield "deleted";
            }
        };
    }

    /** Deletes those of the declared objects that are there, the last first. */
    public void delete(List<Manifest> manifests, Consumer<String> deleted) throws InterruptedException {
        for (Manifest manifest : inOrder(manifests).reversed()) {
            Optional<KindTable.Kind> kind = kinds.find(manifest.apiVersion(), manifest.kind());
            // Objects of a kind that is not there are not there either.
            if (kind.isPresent()) {
                String label = kind.get().label(manifest.name());
                if (client.delete("delete " + label, target(kind.get(), manifest))) {
                    deleted.accept(label);
                }
            }
        }
    }

    /** What there is now of what is declared; missing where it is not there. */
    public JsonNode live(Manifest manifest) throws InterruptedException {
        Optional<KindTable.Kind> kind = kinds.find(manifest.apiVersion(), manifest.kind());
        return kind.isPresent()
                ? client.find(target(kind.get(), manifest)).orElse(MissingNode.getInstance())
                : MissingNode.getInstance();
    }

    private static List<Manifest> inOrder(List<Manifest> manifests) {
        return manifests.stream()
                .sorted(Comparator.comparing(manifest -> Ranks.of(manifest.kind())))
                .toList();
    }

    private static String version(JsonNode object) {
        return object.path("metadata").path("resourceVersion").asText();
    }

    private String force() {
        return options.force() ? "&force=true" : "";
    }

    private String namespace(Manifest manifest) {
        return manifest.namespace().isEmpty() ? client.namespace() : manifest.namespace();
    }

    private String target(KindTable.Kind kind, Manifest manifest) {
        return kind.path(OpsClient.encoded(namespace(manifest)), OpsClient.encoded(manifest.name()));
    }

    /** The kind of the document, which may be one whose definition was applied a moment ago. */
    private KindTable.Kind await(Manifest manifest) throws InterruptedException {
        Instant end = clock.instant().plus(NEW_KIND_MAX);
        while (true) {
            Optional<KindTable.Kind> kind = kinds.find(manifest.apiVersion(), manifest.kind());
            if (kind.isPresent()) {
                return kind.get();
            }
            if (clock.instant().isAfter(end)) {
                throw new Failure(
                        Exit.TIMEOUT,
                        "the kind " + manifest.kind() + " of " + manifest.apiVersion() + " is not there",
                        "its definition was applied " + NEW_KIND_MAX.toSeconds() + " s ago and is not served",
                        "see why: kubectl describe customresourcedefinitions");
            }
            Thread.sleep(INTERVAL);
            kinds = KindTable.read(client);
        }
    }

    private List<Step.Delete> surplus(List<Manifest> manifests) throws InterruptedException {
        Set<String> declared = new HashSet<>();
        for (Manifest manifest : manifests) {
            kinds.find(manifest.apiVersion(), manifest.kind())
                    .ifPresent(kind -> declared.add(identity(kind, namespace(manifest), manifest.name())));
        }
        List<Step.Delete> surplus = new ArrayList<>();
        List<KindTable.Kind> last = kinds.preferred().stream()
                .filter(kind -> kind.verbs().containsAll(List.of("list", "delete")))
                .filter(kind -> !NEVER_PRUNED.contains(kind.kind()))
                .sorted(Comparator.comparing((KindTable.Kind kind) -> Ranks.of(kind.kind()))
                        .reversed())
                .toList();
        for (KindTable.Kind kind : last) {
            for (JsonNode object : ofTheSet(kind)) {
                String namespace = object.path("metadata").path("namespace").asText("");
                String name = object.path("metadata").path("name").asText();
                boolean isOwned =
                        !object.path("metadata").path("ownerReferences").isEmpty();
                if (!isOwned && !declared.contains(identity(kind, namespace, name))) {
                    surplus.add(new Step.Delete(
                            kind.label(name), kind.path(OpsClient.encoded(namespace), OpsClient.encoded(name))));
                }
            }
        }
        return surplus;
    }

    private static String identity(KindTable.Kind kind, String namespace, String name) {
        return kind.group() + " " + kind.kind() + " " + (kind.namespaced() ? namespace : "") + " " + name;
    }

    private List<JsonNode> ofTheSet(KindTable.Kind kind) throws InterruptedException {
        String question =
                "?limit=" + PAGE + "&labelSelector=" + OpsClient.encoded(APPLY_SET + "=" + options.applySet());
        List<JsonNode> objects = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = client.get(kind.path() + question + next, "application/json");
            page.path("items").forEach(objects::add);
            next = page.path("metadata").path("continue").asText("");
            next = next.isEmpty() ? "" : "&continue=" + OpsClient.encoded(next);
        } while (!next.isEmpty());
        return objects;
    }

    /** Tries documents on the server, and gathers what is wrong with them. */
    private final class Plan {

        private final Set<String> newNamespaces = new HashSet<>();
        private final Set<String> newKinds = new HashSet<>();
        private final Set<String> problems = new LinkedHashSet<>();
        private Exit exit = Exit.INVALID;

        Plan(List<Manifest> manifests) {
            for (Manifest manifest : manifests) {
                if (manifest.kind().equals("Namespace") && manifest.group().isEmpty()) {
                    newNamespaces.add(manifest.name());
                }
                if (manifest.kind().equals("CustomResourceDefinition")) {
                    JsonNode spec = manifest.object().path("spec");
                    newKinds.add(spec.path("group").asText() + "/"
                            + spec.path("names").path("kind").asText());
                }
            }
        }

        void add(Manifest manifest, List<Step> steps) throws InterruptedException {
            ObjectNode body = labelled(manifest);
            Optional<KindTable.Kind> kind = kinds.find(manifest.apiVersion(), manifest.kind());
            if (kind.isEmpty()) {
                if (newKinds.contains(manifest.group() + "/" + manifest.kind())) {
                    String label = KindTable.label(manifest.kind(), manifest.group(), manifest.name());
                    steps.add(new Step.Apply(
                            label, manifest, body, MissingNode.getInstance(), MissingNode.getInstance()));
                } else {
                    problems.add(manifest.source() + ": " + unknown(manifest));
                }
                return;
            }
            String label = kind.get().label(manifest.name());
            try {
                JsonNode live = client.find(target(kind.get(), manifest)).orElse(MissingNode.getInstance());
                refuseForeignSet(label, manifest, live);
                steps.add(new Step.Apply(label, manifest, body, live, tried(kind.get(), label, manifest, body)));
            } catch (ApiException e) {
                if (!ABOUT_THE_DOCUMENT.contains(e.status())) {
                    throw e;
                }
                exit = e.status() == CONFLICT ? Exit.CONFLICT : exit;
                problems.add(manifest.source() + ": " + e.text());
            }
        }

        private JsonNode tried(KindTable.Kind kind, String label, Manifest manifest, ObjectNode body)
                throws InterruptedException {
            try {
                String target = target(kind, manifest) + "?dryRun=All&" + MANAGER + force();
                return client.apply("try " + label, target, body).json();
            } catch (ApiException e) {
                boolean isEarly = e.status() == 404 && kind.namespaced() && newNamespaces.contains(namespace(manifest));
                if (isEarly) {
                    return MissingNode.getInstance();
                }
                throw e;
            }
        }

        private ObjectNode labelled(Manifest manifest) {
            ObjectNode body = manifest.object().deepCopy();
            if (!options.applySet().isEmpty()) {
                ObjectNode metadata = body.withObjectProperty("metadata");
                metadata.withObjectProperty("labels").put(APPLY_SET, options.applySet());
            }
            return body;
        }

        private String unknown(Manifest manifest) {
            List<String> versions = kinds.versions(manifest.kind());
            return "the server has no kind " + manifest.kind() + " in " + manifest.apiVersion()
                    + (versions.isEmpty()
                            ? Near.hint(manifest.kind(), kinds.names())
                            : "; it has one in " + String.join(", ", versions));
        }

        private void refuseForeignSet(String label, Manifest manifest, JsonNode live) {
            String owner = live.path("metadata").path("labels").path(APPLY_SET).asText(options.applySet());
            if (!options.applySet().isEmpty() && !owner.equals(options.applySet())) {
                exit = Exit.CONFLICT;
                problems.add(manifest.source() + ": " + label + " belongs to the apply-set \"" + owner
                        + "\"; apply it with --apply-set " + owner + ", or remove its label " + APPLY_SET);
            }
        }

        void complain() {
            if (!problems.isEmpty()) {
                throw new Failure(
                        exit,
                        "the documents cannot be applied; nothing was changed",
                        String.join("\n", problems),
                        exit == Exit.CONFLICT
                                ? "--force-conflicts takes fields from their managers; or leave the fields out"
                                : "correct the places above and run it again");
            }
        }
    }
}
