package dev.gantry.cli.apply;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.cli.client.ApiException;
import dev.gantry.cli.client.EcsClient;
import dev.gantry.cli.client.EcsClient.Describe;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Asks the API what exists and carries actions out. Decides nothing. */
public final class Applier {

    private final EcsClient ecs;

    public Applier(EcsClient ecs) {
        this.ecs = ecs;
    }

    /**
     * Reads what the documents are about.
     *
     * @param everything also all that no document names, to find what is to be pruned
     */
    public Found read(List<Document> documents, boolean everything) throws InterruptedException {
        Map<ObjectId, JsonNode> objects = new HashMap<>();
        Set<String> clusters = new TreeSet<>();
        Map<String, Set<String>> services = new TreeMap<>();
        Set<String> families = new TreeSet<>();
        Set<String> aliases = new HashSet<>();
        for (Document document : documents) {
            switch (document.kind()) {
                case CLUSTER -> clusters.add(document.id().name());
                case TASK_DEFINITION -> {
                    families.add(document.id().name());
                    aliases.add(document.alias());
                }
                case SERVICE ->
                    services.computeIfAbsent(document.id().cluster(), _ -> new TreeSet<>())
                            .add(document.id().name());
            }
        }
        documents.stream()
                .filter(document -> document.kind() == Kind.SERVICE)
                .map(document -> document.spec().path("taskDefinition").asText())
                .filter(name -> !name.contains(":") && !aliases.contains(name))
                .forEach(families::add);
        if (everything) {
            clusters.addAll(names(ecs.list("ListClusters", EcsClient.input(), "clusterArns")));
            families.addAll(
                    ecs.list("ListTaskDefinitionFamilies", EcsClient.input().put("status", "ACTIVE"), "families"));
        }
        clusters(clusters, objects);
        if (everything) {
            for (String cluster : clusters.stream()
                    .filter(name -> objects.containsKey(ObjectId.cluster(name)))
                    .toList()) {
                services.computeIfAbsent(cluster, _ -> new TreeSet<>())
                        .addAll(names(
                                ecs.list("ListServices", EcsClient.input().put("cluster", cluster), "serviceArns")));
            }
        }
        for (Map.Entry<String, Set<String>> entry : services.entrySet()) {
            services(entry.getKey(), entry.getValue(), objects);
        }
        for (String family : families) {
            taskDefinition(family, objects);
        }
        return new Found(objects, revisions(objects.keySet(), everything));
    }

    /** Adds the revisions of task definitions that are to be deleted. */
    public Found withRevisions(Found found) throws InterruptedException {
        return new Found(found.objects(), revisions(found.objects().keySet(), true));
    }

    public void perform(Action action) throws InterruptedException {
        for (Request request : action.requests()) {
            ecs.call(request.operation(), request.input());
        }
    }

    private void clusters(Set<String> names, Map<ObjectId, JsonNode> objects) throws InterruptedException {
        for (JsonNode cluster : ecs.describe(Describe.CLUSTERS, EcsClient.input(), List.copyOf(names))) {
            if (!cluster.path("status").asText().equals("INACTIVE")) {
                objects.put(ObjectId.cluster(cluster.path("clusterName").asText()), cluster);
            }
        }
    }

    private void services(String cluster, Set<String> names, Map<ObjectId, JsonNode> objects)
            throws InterruptedException {
        try {
            ObjectNode input = EcsClient.input().put("cluster", cluster);
            for (JsonNode service : ecs.describe(Describe.SERVICES, input, List.copyOf(names))) {
                if (service.path("status").asText().equals("ACTIVE")) {
                    objects.put(
                            ObjectId.service(
                                    cluster, service.path("serviceName").asText()),
                            service);
                }
            }
        } catch (ApiException e) {
            // A document may be about to create the cluster.
            if (!e.code().equals("ClusterNotFoundException")) {
                throw e;
            }
        }
    }

    private void taskDefinition(String family, Map<ObjectId, JsonNode> objects) throws InterruptedException {
        ObjectNode input = EcsClient.input().put("taskDefinition", family);
        input.putArray("include").add("TAGS");
        try {
            JsonNode answer = ecs.call("DescribeTaskDefinition", input);
            ObjectNode newest = answer.path("taskDefinition").deepCopy();
            newest.set("tags", answer.path("tags").deepCopy());
            if (newest.path("status").asText("ACTIVE").equals("ACTIVE")) {
                objects.put(ObjectId.taskDefinition(family), newest);
            }
        } catch (ApiException e) {
            // The API answers "Unable to describe task definition." with this name when there is none.
            if (!e.code().equals("ClientException")) {
                throw e;
            }
        }
    }

    private Map<ObjectId, List<String>> revisions(Collection<ObjectId> ids, boolean wanted)
            throws InterruptedException {
        Map<ObjectId, List<String>> revisions = new HashMap<>();
        for (ObjectId id : ids) {
            if (wanted && id.kind() == Kind.TASK_DEFINITION) {
                ObjectNode input =
                        EcsClient.input().put("familyPrefix", id.name()).put("status", "ACTIVE");
                // The prefix is one: other families may begin with the same letters.
                List<String> arns = ecs.list("ListTaskDefinitions", input, "taskDefinitionArns").stream()
                        .filter(arn -> arn.matches(".*/" + java.util.regex.Pattern.quote(id.name()) + ":\\d+"))
                        .toList();
                revisions.put(id, arns);
            }
        }
        return revisions;
    }

    private static List<String> names(List<String> arns) {
        return arns.stream().map(arn -> arn.substring(arn.lastIndexOf('/') + 1)).toList();
    }
}
