package dev.gantry.controller.kube.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;

/** The kinds whose controllers make pods: the groups apps, batch and autoscaling. */
final class ControllerTypes {

    private static final String APPS = "apps";
    private static final String BATCH = "batch";
    private static final String V1 = "v1";

    private ControllerTypes() {}

    static List<ResourceType> list() {
        return List.of(
                deployments(),
                replicaSets(),
                ResourceType.namespaced(APPS, V1, "StatefulSet", "statefulsets")
                        .called("sts")
                        .inAll()
                        .withStatus()
                        .withScale()
                        .shows(
                                Column.text("Ready", WorkloadCells::readyOfWanted),
                                Column.age(),
                                containers(),
                                images()),
                daemonSets(),
                ResourceType.namespaced(APPS, V1, "ControllerRevision", "controllerrevisions")
                        .shows(
                                Column.text("Controller", ObjectCells::controller),
                                Column.text("Revision", "/revision", "0"),
                                Column.age()),
                ResourceType.namespaced(BATCH, V1, "Job", "jobs")
                        .inAll()
                        .withStatus()
                        .shows(
                                Column.text("Status", WorkloadCells::jobStatus),
                                Column.text("Completions", WorkloadCells::completions),
                                new Column("Duration", "string", "", false, WorkloadCells::jobDuration),
                                Column.age(),
                                containers(),
                                images(),
                                selector()),
                cronJobs(),
                autoscalers("v2", AutoscalerCells::targets),
                autoscalers("v1", AutoscalerCells::oldTargets));
    }

    private static ResourceType autoscalers(String version, Function<ObjectNode, String> targets) {
        return ResourceType.namespaced("autoscaling", version, "HorizontalPodAutoscaler", "horizontalpodautoscalers")
                .called("hpa")
                .inAll()
                .withStatus()
                .shows(
                        Column.text("Reference", AutoscalerCells::scaleTarget),
                        Column.text("Targets", targets),
                        Column.text("MinPods", "/spec/minReplicas", "<unset>"),
                        Column.number("MaxPods", "/spec/maxReplicas"),
                        Column.number("Replicas", "/status/currentReplicas"),
                        Column.age());
    }

    private static ResourceType deployments() {
        return ResourceType.namespaced(APPS, V1, "Deployment", "deployments")
                .called("deploy")
                .inAll()
                .withStatus()
                .withScale()
                .shows(
                        Column.text("Ready", WorkloadCells::readyOfWanted),
                        Column.number("Up-to-date", "/status/updatedReplicas"),
                        Column.number("Available", "/status/availableReplicas"),
                        Column.age(),
                        containers(),
                        images(),
                        selector());
    }

    private static ResourceType replicaSets() {
        return ResourceType.namespaced(APPS, V1, "ReplicaSet", "replicasets")
                .called("rs")
                .inAll()
                .withStatus()
                .withScale()
                .shows(
                        Column.number("Desired", "/spec/replicas"),
                        Column.number("Current", "/status/replicas"),
                        Column.number("Ready", "/status/readyReplicas"),
                        Column.age(),
                        containers(),
                        images(),
                        selector());
    }

    private static ResourceType daemonSets() {
        return ResourceType.namespaced(APPS, V1, "DaemonSet", "daemonsets")
                .called("ds")
                .inAll()
                .withStatus()
                .shows(
                        Column.number("Desired", "/status/desiredNumberScheduled"),
                        Column.number("Current", "/status/currentNumberScheduled"),
                        Column.number("Ready", "/status/numberReady"),
                        Column.number("Up-to-date", "/status/updatedNumberScheduled"),
                        Column.number("Available", "/status/numberAvailable"),
                        Column.text("Node Selector", WorkloadCells::nodeSelector),
                        Column.age(),
                        containers(),
                        images(),
                        selector());
    }

    private static ResourceType cronJobs() {
        return ResourceType.namespaced(BATCH, V1, "CronJob", "cronjobs")
                .called("cj")
                .inAll()
                .withStatus()
                .shows(
                        Column.text("Schedule", "/spec/schedule", ""),
                        Column.text("Timezone", "/spec/timeZone", "<none>"),
                        Column.text("Suspend", job -> job.at("/spec/suspend").asBoolean() ? "True" : "False"),
                        Column.count("Active", "/status/active"),
                        Column.since("Last Schedule", "/status/lastScheduleTime", "<none>"),
                        Column.age());
    }

    private static Column containers() {
        return Column.text("Containers", WorkloadCells::containers).onlyWide();
    }

    private static Column images() {
        return Column.text("Images", WorkloadCells::images).onlyWide();
    }

    private static Column selector() {
        return Column.text("Selector", WorkloadCells::selector).onlyWide();
    }
}
