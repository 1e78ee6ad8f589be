package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.aws.ServiceModel;
import dev.gantry.controller.kube.type.Column;
import dev.gantry.controller.kube.type.Custom;
import dev.gantry.controller.kube.type.Guest;
import dev.gantry.controller.kube.type.ResourceType;
import java.util.List;
import java.util.Optional;

/** The kinds as the Kubernetes API describes them: names, columns, schemas. */
final class EcsTypes {

    private static final String STATUS = "/status/status";
    private static final String RUNNING = "Running";
    private static final String PENDING = "Pending";
    private static final Custom.Scale TASKS = new Custom.Scale("/spec/desiredCount", "/status/runningCount", "");

    private EcsTypes() {}

    static List<ResourceType> of(ServiceModel model) {
        return List.of(
                type(EcsKind.CLUSTER, model, Optional.empty())
                        .shows(
                                Column.text("Status", STATUS, ""),
                                Column.number("Services", "/status/activeServicesCount"),
                                Column.number(RUNNING, "/status/runningTasksCount"),
                                Column.number(PENDING, "/status/pendingTasksCount"),
                                Column.number("Instances", "/status/registeredContainerInstancesCount"),
                                Column.age()),
                type(EcsKind.SERVICE, model, Optional.of(TASKS))
                        .called("ecssvc")
                        .withScale()
                        .shows(
                                Column.text("Cluster", "/spec/cluster", ""),
                                Column.text("Status", STATUS, ""),
                                Column.number("Desired", "/spec/desiredCount"),
                                Column.number(RUNNING, "/status/runningCount"),
                                Column.number(PENDING, "/status/pendingCount"),
                                Column.text("Task-Definition", EcsTypes::definition),
                                Column.age()),
                type(EcsKind.TASK_DEFINITION, model, Optional.empty())
                        .called("taskdef")
                        .shows(
                                Column.number("Revision", "/status/revision"),
                                Column.text("CPU", "/spec/cpu", ""),
                                Column.text("Memory", "/spec/memory", ""),
                                Column.text("Network-Mode", "/spec/networkMode", ""),
                                Column.age(),
                                Column.text("Images", EcsTypes::images).onlyWide()));
    }

    private static ResourceType type(EcsKind kind, ServiceModel model, Optional<Custom.Scale> scale) {
        Guest guest = new Guest(KindSchema.of(kind, model), scale);
        return ResourceType.guest(kind.resource(), EcsKind.VERSION, kind.title(), guest)
                .in(List.of("ecs"));
    }

    /** Without what is the same for all. */
    private static String definition(ObjectNode service) {
        String arn = service.at("/spec/taskDefinition").asText();
        return arn.substring(arn.lastIndexOf('/') + 1);
    }

    private static String images(ObjectNode definition) {
        List<String> images = definition
                .at("/spec/containerDefinitions")
                .valueStream()
                .map(container -> container.path("image").asText())
                .toList();
        return String.join(",", images);
    }
}
