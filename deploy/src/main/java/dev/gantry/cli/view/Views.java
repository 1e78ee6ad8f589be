package dev.gantry.cli.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.cli.terminal.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One table per kind: the name first, the age last, no spaces in headings. */
public final class Views {

    private Views() {}

    public static Table clusters(List<JsonNode> clusters) {
        Table table = new Table("NAME", "STATUS", "NODES", "SERVICES", "RUNNING", "PENDING");
        for (JsonNode cluster : clusters) {
            table.row(
                    cluster.path("clusterName").asText(),
                    cluster.path("status").asText(),
                    cluster.path("registeredContainerInstancesCount").asText("0"),
                    cluster.path("activeServicesCount").asText("0"),
                    cluster.path("runningTasksCount").asText("0"),
                    cluster.path("pendingTasksCount").asText("0"));
        }
        return table;
    }

    public static Table services(List<JsonNode> services, boolean wide, Instant now) {
        Table table = wide
                ? new Table(
                        "NAME",
                        "DESIRED",
                        "RUNNING",
                        "PENDING",
                        "ROLLOUT",
                        "TASKDEF",
                        "CLUSTER",
                        "STRATEGY",
                        "EVENT",
                        "AGE")
                : new Table("NAME", "DESIRED", "RUNNING", "PENDING", "ROLLOUT", "TASKDEF", "AGE");
        for (JsonNode service : services) {
            List<String> row = new ArrayList<>(List.of(
                    service.path("serviceName").asText(),
                    service.path("desiredCount").asText("0"),
                    service.path("runningCount").asText("0"),
                    service.path("pendingCount").asText("0"),
                    rollout(service),
                    Fields.lastPart(service.path("taskDefinition").asText())));
            if (wide) {
                row.add(Fields.lastPart(service.path("clusterArn").asText()));
                row.add(strategy(service.path("placementStrategy")));
                row.add(service.path("events").path(0).path("message").asText(""));
            }
            row.add(Fields.age(service.path("createdAt"), now));
            table.row(row.toArray(String[]::new));
        }
        return table;
    }

    /** @param nodes names by ARN */
    public static Table tasks(List<JsonNode> tasks, Map<String, String> nodes, boolean wide, Instant now) {
        Table table = wide
                ? new Table("NAME", "STATUS", "HEALTH", "TASKDEF", "GROUP", "NODE", "PORTS", "REASON", "AGE")
                : new Table("NAME", "STATUS", "TASKDEF", "GROUP", "NODE", "AGE");
        for (JsonNode task : tasks) {
            String arn = task.path("containerInstanceArn").asText("");
            String node = nodes.getOrDefault(arn, Fields.shortId(arn));
            String id = Fields.lastPart(task.path("taskArn").asText());
            String definition = Fields.lastPart(task.path("taskDefinitionArn").asText());
            String group = task.path("group").asText("");
            String age = Fields.age(task.path("createdAt"), now);
            String status = task.path("lastStatus").asText();
            if (wide) {
                String reason = task.path("stoppedReason").asText("");
                table.row(
                        id,
                        status,
                        task.path("healthStatus").asText(""),
                        definition,
                        group,
                        node,
                        ports(task),
                        reason,
                        age);
            } else {
                table.row(id, status, definition, group, node, age);
            }
        }
        return table;
    }

    public static Table taskDefinitions(List<JsonNode> definitions, Instant now) {
        Table table = new Table("NAME", "STATUS", "NETWORK", "CONTAINERS", "IMAGES", "AGE");
        for (JsonNode definition : definitions) {
            table.row(
                    definition.path("family").asText() + ":"
                            + definition.path("revision").asText(),
                    definition.path("status").asText(),
                    definition.path("networkMode").asText(""),
                    joined(definition.path("containerDefinitions"), "name"),
                    joined(definition.path("containerDefinitions"), "image"),
                    Fields.age(definition.path("registeredAt"), now));
        }
        return table;
    }

    public static Table nodes(List<JsonNode> nodes, boolean wide, Instant now) {
        Table table = wide
                ? new Table(
                        "NAME",
                        "STATUS",
                        "RUNNING",
                        "PENDING",
                        "CPU-FREE",
                        "MEMORY-FREE",
                        "ZONE",
                        "AGENT",
                        "DOCKER",
                        "ID",
                        "AGE")
                : new Table("NAME", "STATUS", "RUNNING", "PENDING", "CPU-FREE", "MEMORY-FREE", "AGE");
        for (JsonNode node : nodes) {
            List<String> row = new ArrayList<>(List.of(
                    Fields.nodeName(node),
                    node.path("agentConnected").asBoolean(true)
                            ? node.path("status").asText()
                            : node.path("status").asText() + ",SILENT",
                    node.path("runningTasksCount").asText("0"),
                    node.path("pendingTasksCount").asText("0"),
                    free(node, "CPU", ""),
                    free(node, "MEMORY", "MiB")));
            if (wide) {
                row.add(Fields.attribute(node, "ecs.availability-zone"));
                row.add(node.path("versionInfo").path("agentVersion").asText(""));
                row.add(node.path("versionInfo").path("dockerVersion").asText(""));
                row.add(Fields.lastPart(node.path("containerInstanceArn").asText()));
            }
            row.add(Fields.age(node.path("registeredAt"), now));
            table.row(row.toArray(String[]::new));
        }
        return table;
    }

    /** {@code 127.0.0.1:32768->80/tcp} for each binding of a task. */
    public static String ports(JsonNode task) {
        List<String> ports = new ArrayList<>();
        for (JsonNode container : task.path("containers")) {
            for (JsonNode binding : container.path("networkBindings")) {
                ports.add(binding.path("bindIP").asText("0.0.0.0") + ":"
                        + binding.path("hostPort").asInt() + "->"
                        + binding.path("containerPort").asInt() + "/"
                        + binding.path("protocol").asText("tcp"));
            }
        }
        return String.join(",", ports);
    }

    private static String rollout(JsonNode service) {
        String status = service.path("status").asText();
        String state = service.path("deployments").path(0).path("rolloutState").asText("");
        return status.equals("ACTIVE") && !state.isEmpty() ? state : status;
    }

    private static String strategy(JsonNode strategies) {
        List<String> texts = new ArrayList<>();
        strategies.forEach(strategy -> texts.add(strategy.path("type").asText()
                + (strategy.has("field") ? "(" + strategy.path("field").asText() + ")" : "")));
        return String.join(",", texts);
    }

    private static String free(JsonNode node, String resource, String unit) {
        return Fields.resource(node.path("remainingResources"), resource) + "/"
                + Fields.resource(node.path("registeredResources"), resource) + unit;
    }

    private static String joined(JsonNode list, String member) {
        List<String> texts = new ArrayList<>();
        list.forEach(element -> texts.add(element.path(member).asText()));
        return String.join(",", texts);
    }
}
