package dev.gantry.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.client.ApiException;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.client.EcsClient.Describe;
import dev.gantry.cli.command.Reference.Sort;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.cli.terminal.Near;
import dev.gantry.cli.view.Fields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Finds objects of one cluster by kind and name. A task or node may be named by the beginning of its id. */
final class Directory {

    private static final int DEFINITIONS_MAX = 500;

    private final EcsClient ecs;
    private final String cluster;

    Directory(Api api) {
        this.ecs = api.ecs();
        this.cluster = api.cluster();
    }

    List<JsonNode> list(Sort sort) throws InterruptedException {
        return switch (sort) {
            case CLUSTER ->
                ecs.describe(
                        Describe.CLUSTERS,
                        EcsClient.input(),
                        ecs.list("ListClusters", EcsClient.input(), "clusterArns"));
            case SERVICE -> ecs.describe(Describe.SERVICES, here(), ecs.list("ListServices", here(), "serviceArns"));
            case TASK -> tasks(here());
            case NODE ->
                ecs.describe(
                        Describe.NODES, here(), ecs.list("ListContainerInstances", here(), "containerInstanceArns"));
            case TASK_DEFINITION -> definitions();
        };
    }

    /** Tasks that run or are about to, then those that stopped lately. */
    private List<JsonNode> tasks(ObjectNode input) throws InterruptedException {
        List<String> arns = new ArrayList<>(ecs.list("ListTasks", input, "taskArns"));
        arns.addAll(ecs.list("ListTasks", input.deepCopy().put("desiredStatus", "STOPPED"), "taskArns"));
        return ecs.describe(Describe.TASKS, here(), arns.stream().distinct().toList());
    }

    List<JsonNode> tasksOf(String service) throws InterruptedException {
        return tasks(here().put("serviceName", service));
    }

    JsonNode one(Sort sort, String name) throws InterruptedException {
        return switch (sort) {
            case CLUSTER -> single(ecs.describe(Describe.CLUSTERS, EcsClient.input(), List.of(name)), sort, name);
            case SERVICE -> single(ecs.describe(Describe.SERVICES, here(), List.of(name)), sort, name);
            case TASK_DEFINITION -> definition(name);
            case TASK ->
                begins(
                        list(sort),
                        sort,
                        name,
                        task -> List.of(Fields.lastPart(task.path("taskArn").asText())));
            case NODE ->
                begins(
                        list(sort),
                        sort,
                        name,
                        node -> List.of(
                                Fields.nodeName(node),
                                Fields.lastPart(
                                        node.path("containerInstanceArn").asText())));
        };
    }

    /** A task or a service, whichever has the name. */
    Reference taskOrService(String text) throws InterruptedException {
        Reference reference = Reference.parse(text);
        if (reference.sort() == Sort.TASK || text.startsWith("arn:")) {
            JsonNode task = one(Sort.TASK, Fields.lastPart(reference.name()));
            return new Reference(Sort.TASK, Fields.lastPart(task.path("taskArn").asText()));
        }
        List<JsonNode> services = ecs.describe(Describe.SERVICES, here(), List.of(reference.name()));
        if (!services.isEmpty() || reference.sort() == Sort.SERVICE) {
            return new Reference(
                    Sort.SERVICE,
                    single(services, Sort.SERVICE, reference.name())
                            .path("serviceName")
                            .asText());
        }
        JsonNode task = one(Sort.TASK, reference.name());
        return new Reference(Sort.TASK, Fields.lastPart(task.path("taskArn").asText()));
    }

    /** Names of the cluster's nodes by ARN. */
    Map<String, String> nodeNames() throws InterruptedException {
        Map<String, String> names = new HashMap<>();
        list(Sort.NODE)
                .forEach(node -> names.put(node.path("containerInstanceArn").asText(), Fields.nodeName(node)));
        return names;
    }

    static String name(Sort sort, JsonNode object) {
        return switch (sort) {
            case CLUSTER -> object.path("clusterName").asText();
            case SERVICE -> object.path("serviceName").asText();
            case TASK -> Fields.lastPart(object.path("taskArn").asText());
            case NODE -> Fields.nodeName(object);
            case TASK_DEFINITION ->
                object.path("family").asText() + ":" + object.path("revision").asText();
        };
    }

    private List<JsonNode> definitions() throws InterruptedException {
        List<JsonNode> definitions = new ArrayList<>();
        List<String> families =
                ecs.list("ListTaskDefinitionFamilies", EcsClient.input().put("status", "ACTIVE"), "families");
        for (String family : families.stream().limit(DEFINITIONS_MAX).toList()) {
            definitions.add(definition(family));
        }
        return definitions;
    }

    private JsonNode definition(String name) throws InterruptedException {
        ObjectNode input = EcsClient.input().put("taskDefinition", name);
        input.putArray("include").add("TAGS");
        try {
            JsonNode answer = ecs.call("DescribeTaskDefinition", input);
            ObjectNode definition = answer.path("taskDefinition").deepCopy();
            definition.set("tags", answer.path("tags").deepCopy());
            return definition;
        } catch (ApiException e) {
            if (e.code().equals("ClientException")) {
                throw missing(
                        Sort.TASK_DEFINITION,
                        name,
                        ecs.list("ListTaskDefinitionFamilies", EcsClient.input(), "families"));
            }
            throw e;
        }
    }

    private ObjectNode here() {
        return EcsClient.input().put("cluster", cluster);
    }

    private JsonNode single(List<JsonNode> found, Sort sort, String name) throws InterruptedException {
        if (found.isEmpty()) {
            throw missing(
                    sort,
                    name,
                    list(sort).stream().map(each -> name(sort, each)).toList());
        }
        return found.getFirst();
    }

    private JsonNode begins(List<JsonNode> all, Sort sort, String name, Function<JsonNode, List<String>> names) {
        List<JsonNode> exact =
                all.stream().filter(each -> names.apply(each).contains(name)).toList();
        List<JsonNode> found = exact.isEmpty()
                ? all.stream()
                        .filter(each -> names.apply(each).stream().anyMatch(word -> word.startsWith(name)))
                        .toList()
                : exact;
        if (found.isEmpty()) {
            throw missing(
                    sort,
                    name,
                    all.stream().flatMap(each -> names.apply(each).stream()).toList());
        }
        if (found.size() > 1) {
            throw new Failure(
                    Exit.INVALID,
                    sort.label() + " \"" + name + "\" is not one",
                    found.size() + " of them begin like this",
                    "write more of it: gantry get " + sort.plural());
        }
        return found.getFirst();
    }

    private Failure missing(Sort sort, String name, List<String> names) {
        return new Failure(
                Exit.NOT_FOUND,
                "there is no " + sort.label() + " \"" + name + "\""
                        + (sort == Sort.CLUSTER || sort == Sort.TASK_DEFINITION ? "" : " in cluster " + cluster)
                        + Near.hint(name, names),
                "",
                "see what there is: gantry get " + sort.plural());
    }
}
