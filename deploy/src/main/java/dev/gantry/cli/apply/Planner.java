package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Decides what to ask of the API so that what exists is what the documents declare. Asking twice changes nothing. */
public final class Planner {

    // Settable at creation only, or never answered back: nothing to compare.
    private static final Set<String> NOT_COMPARED =
            Set.of("tags", "clientToken", "role", "cluster", "serviceName", "clusterName");

    private final Model model = Model.ecs();
    private final List<Document> documents;
    private final Found found;
    private final String applySet;
    private final Set<ObjectId> renewed = new TreeSet<>(Comparator.comparing(ObjectId::toString));
    private final Map<String, String> families = new HashMap<>();

    private Planner(List<Document> documents, Found found, String applySet) {
        this.documents =
                documents.stream().sorted(Comparator.comparing(Document::kind)).toList();
        this.found = found;
        this.applySet = applySet;
        this.documents.stream()
                .filter(document -> document.kind() == Kind.TASK_DEFINITION)
                .forEach(
                        document -> families.put(document.alias(), document.id().name()));
    }

    /**
     * The actions in the order to take them.
     *
     * @param applySet name of the set that the objects belong to; empty for none
     * @param prune    whether objects of the set that no document declares are deleted
     */
    public static List<Action> plan(List<Document> documents, Found found, String applySet, boolean prune) {
        Planner planner = new Planner(documents, found, applySet);
        List<Action> actions = new ArrayList<>();
        planner.documents.forEach(document -> actions.add(planner.action(document)));
        if (prune) {
            Set<ObjectId> declared =
                    new java.util.HashSet<>(documents.stream().map(Document::id).toList());
            actions.addAll(deletions(
                    found,
                    id -> !declared.contains(id)
                            && applySet.equals(Ownership.tags(found.object(id)).get(Ownership.APPLY_SET))));
        }
        return actions;
    }

    /** Deletes the objects that exist and are meant: services first, clusters last. */
    public static List<Action> deletions(Found found, Predicate<ObjectId> meant) {
        return found.objects().keySet().stream()
                .filter(meant)
                .sorted(Comparator.comparing(ObjectId::kind).reversed().thenComparing(ObjectId::name))
                .<Action>map(id -> new Action.Delete(id, deletion(id, found)))
                .toList();
    }

    private Action action(Document document) {
        JsonNode existing = found.object(document.id());
        if (existing.isMissingNode()) {
            renewed.add(document.id());
            return new Action.Create(document.id(), List.of(creation(document)));
        }
        refuseForeignSet(document, existing);
        return switch (document.kind()) {
            case CLUSTER -> cluster(document, existing);
            case TASK_DEFINITION -> taskDefinition(document, existing);
            case SERVICE -> service(document, existing);
        };
    }

    private Request creation(Document document) {
        ObjectNode input = resolved(document).deepCopy();
        input.set("tags", Ownership.array(Ownership.wanted(document, applySet)));
        return switch (document.kind()) {
            case CLUSTER -> new Request("CreateCluster", input);
            case TASK_DEFINITION -> new Request("RegisterTaskDefinition", input);
            case SERVICE -> new Request("CreateService", input);
        };
    }

    private Action taskDefinition(Document document, JsonNode existing) {
        ObjectNode wanted = compared(document.spec());
        List<Difference> differences = new ArrayList<>(Comparison.of(wanted, existing));
        if (changedSinceApplied(document, existing)) {
            differences.addAll(Comparison.surplus(
                    wanted, compared(existing), model.shape(document.kind().shape())));
        }
        if (differences.isEmpty()) {
            return orOnlyTags(
                    document, existing, existing.path("taskDefinitionArn").asText(), List.of(), differences);
        }
        // A revision never changes: the next one is registered, tags and all.
        renewed.add(document.id());
        return new Action.Configure(document.id(), List.of(creation(document)), differences);
    }

    private Action cluster(Document document, JsonNode existing) {
        ObjectNode wanted = compared(document.spec());
        List<Difference> differences = Comparison.of(wanted, existing);
        Set<String> members = members(differences);
        List<Request> requests = new ArrayList<>();
        ObjectNode update = update("cluster", document.id().name(), wanted, members, "UpdateClusterRequest");
        if (update.size() > 1) {
            requests.add(new Request("UpdateCluster", update));
        }
        if (members.contains("capacityProviders") || members.contains("defaultCapacityProviderStrategy")) {
            ObjectNode providers = JsonNodeFactory.instance
                    .objectNode()
                    .put("cluster", document.id().name());
            for (String member : List.of("capacityProviders", "defaultCapacityProviderStrategy")) {
                JsonNode given = wanted.path(member).isMissingNode() ? existing.path(member) : wanted.path(member);
                providers.set(member, given.isArray() ? given : JsonNodeFactory.instance.arrayNode());
            }
            requests.add(new Request("PutClusterCapacityProviders", providers));
        }
        return orOnlyTags(document, existing, existing.path("clusterArn").asText(), requests, differences);
    }

    private Action service(Document document, JsonNode existing) {
        ObjectNode wanted = compared(resolved(document));
        ObjectNode given = wanted.deepCopy();
        given.remove("taskDefinition");
        List<Difference> differences = new ArrayList<>(revisionDifference(wanted, existing));
        differences.addAll(Comparison.of(given, existing));
        if (changedSinceApplied(document, existing)) {
            for (Map.Entry<String, JsonNode> reset : ServiceDefaults.MEMBERS.entrySet()) {
                String member = reset.getKey();
                boolean removed = !wanted.has(member) && !Comparison.isNeutral(member, existing.path(member));
                if (removed
                        && !Comparison.of(reset.getValue(), existing.path(member))
                                .isEmpty()) {
                    differences.add(new Difference(member, existing.path(member), MissingNode.getInstance()));
                    wanted.set(member, reset.getValue());
                }
            }
        }
        Set<String> members = members(differences);
        for (String member : members) {
            if (!model.shape("UpdateServiceRequest").has(member)
                    && !existing.path(member).isMissingNode()) {
                throw new Failure(
                        Exit.CONFLICT,
                        document.id() + " cannot change " + member + " (" + document.source() + ")",
                        "it is fixed when a service is created: it is " + existing.path(member) + ", declared is "
                                + wanted.path(member),
                        "delete the service first: gantry delete " + document.id());
            }
        }
        ObjectNode update = update("service", document.id().name(), wanted, members, "UpdateServiceRequest");
        List<Request> requests = new ArrayList<>();
        if (update.size() > 1) {
            update.put("cluster", wanted.path("cluster").asText(document.id().cluster()));
            requests.add(new Request("UpdateService", update));
        }
        return orOnlyTags(document, existing, existing.path("serviceArn").asText(), requests, differences);
    }

    /** The newest revision is meant unless one is named; a revision about to be registered is always another one. */
    private List<Difference> revisionDifference(ObjectNode wanted, JsonNode existing) {
        String name = wanted.path("taskDefinition").asText();
        String current = lastPart(existing.path("taskDefinition").asText());
        JsonNode before = JsonNodeFactory.instance.textNode(current);
        if (name.contains(":")) {
            return lastPart(name).equals(current)
                    ? List.of()
                    : List.of(new Difference("taskDefinition", before, wanted.path("taskDefinition")));
        }
        ObjectId id = ObjectId.taskDefinition(name);
        String newest = lastPart(found.object(id).path("taskDefinitionArn").asText());
        if (renewed.contains(id)) {
            int revision = found.object(id).path("revision").asInt(0) + 1;
            JsonNode after = JsonNodeFactory.instance.textNode(name + ":" + revision + " (new)");
            return List.of(new Difference("taskDefinition", before, after));
        }
        return newest.equals(current)
                ? List.of()
                : List.of(new Difference("taskDefinition", before, JsonNodeFactory.instance.textNode(newest)));
    }

    private Action orOnlyTags(
            Document document, JsonNode existing, String arn, List<Request> requests, List<Difference> differences) {
        List<Request> all = new ArrayList<>(requests);
        List<Difference> seen = new ArrayList<>(differences);
        Map<String, String> current = Ownership.tags(existing);
        Map<String, String> missing = new HashMap<>(Ownership.wanted(document, applySet));
        missing.entrySet().removeIf(tag -> tag.getValue().equals(current.get(tag.getKey())));
        boolean onlyTheHash = requests.isEmpty() && missing.keySet().equals(Set.of(Ownership.LAST_APPLIED));
        missing.keySet().stream()
                .filter(key -> !key.startsWith(Ownership.PREFIX))
                .sorted()
                .forEach(key ->
                        seen.add(new Difference("tags[" + key + "]", text(current.get(key)), text(missing.get(key)))));
        Set<String> surplus = surplusTags(document, existing, current);
        surplus.forEach(key -> seen.add(new Difference("tags[" + key + "]", text(current.get(key)), text(null))));
        if (!missing.isEmpty() && !(onlyTheHash && surplus.isEmpty())) {
            ObjectNode input = JsonNodeFactory.instance.objectNode().put("resourceArn", arn);
            input.set("tags", Ownership.array(new java.util.TreeMap<>(missing)));
            all.add(new Request("TagResource", input));
        }
        if (!surplus.isEmpty()) {
            ObjectNode input = JsonNodeFactory.instance.objectNode().put("resourceArn", arn);
            surplus.forEach(input.putArray("tagKeys")::add);
            all.add(new Request("UntagResource", input));
        }
        return all.isEmpty() ? new Action.Keep(document.id()) : new Action.Configure(document.id(), all, seen);
    }

    private static Set<String> surplusTags(Document document, JsonNode existing, Map<String, String> current) {
        Set<String> surplus = new TreeSet<>();
        if (changedSinceApplied(document, existing)) {
            surplus.addAll(current.keySet());
            surplus.removeAll(Ownership.tags(document.spec()).keySet());
            surplus.removeIf(key -> key.startsWith(Ownership.PREFIX) || key.startsWith("aws:"));
        }
        return surplus;
    }

    private void refuseForeignSet(Document document, JsonNode existing) {
        String owner = Ownership.tags(existing).getOrDefault(Ownership.APPLY_SET, applySet);
        if (!applySet.isEmpty() && !owner.equals(applySet)) {
            throw new Failure(
                    Exit.CONFLICT,
                    document.id() + " belongs to the apply-set \"" + owner + "\" (" + document.source() + ")",
                    "two sets would take it away from each other",
                    "apply it with --apply-set " + owner + ", or remove its tag " + Ownership.APPLY_SET);
        }
    }

    private static boolean changedSinceApplied(Document document, JsonNode existing) {
        String last = Ownership.tags(existing).get(Ownership.LAST_APPLIED);
        return last != null && !last.equals(Ownership.hash(document.spec()));
    }

    /** With the name of another document replaced by what the API knows it by. */
    private ObjectNode resolved(Document document) {
        if (document.kind() != Kind.SERVICE) {
            return document.spec();
        }
        String name = document.spec().path("taskDefinition").asText();
        String family = families.getOrDefault(name, name);
        boolean known = family.contains(":")
                || families.containsValue(family)
                || !found.object(ObjectId.taskDefinition(family)).isMissingNode();
        if (!known) {
            throw new Failure(
                    Exit.NOT_FOUND,
                    document.id() + " names the task definition \"" + name + "\" (" + document.source() + ")",
                    "neither a document nor the API has one of this name",
                    "add a TaskDefinition document, or see what there is: gantry get taskdefs");
        }
        return document.spec().deepCopy().put("taskDefinition", family);
    }

    private ObjectNode update(String member, String name, ObjectNode wanted, Set<String> changed, String shape) {
        ObjectNode update = JsonNodeFactory.instance.objectNode().put(member, name);
        for (String change : changed) {
            if (model.shape(shape).has(change) && wanted.has(change)) {
                update.set(change, wanted.path(change));
            }
        }
        return update;
    }

    private static List<Request> deletion(ObjectId id, Found found) {
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        return switch (id.kind()) {
            case CLUSTER -> List.of(new Request("DeleteCluster", input.put("cluster", id.name())));
            case SERVICE ->
                List.of(new Request(
                        "DeleteService",
                        input.put("cluster", id.cluster())
                                .put("service", id.name())
                                .put("force", true)));
            case TASK_DEFINITION ->
                found.revisions().getOrDefault(id, List.of()).stream()
                        .map(arn -> new Request(
                                "DeregisterTaskDefinition", input.deepCopy().put("taskDefinition", arn)))
                        .toList();
        };
    }

    private static ObjectNode compared(JsonNode spec) {
        ObjectNode compared = spec.<ObjectNode>deepCopy();
        compared.remove(NOT_COMPARED);
        return compared;
    }

    private static Set<String> members(List<Difference> differences) {
        Set<String> members = new TreeSet<>();
        differences.forEach(difference -> members.add(difference.path().split("[.\\[]", 2)[0]));
        return members;
    }

    private static JsonNode text(@org.jspecify.annotations.Nullable String text) {
        return text == null ? MissingNode.getInstance() : JsonNodeFactory.instance.textNode(text);
    }

    private static String lastPart(String arn) {
        return arn.substring(arn.lastIndexOf('/') + 1);
    }
}
