package dev.gantry.controller.kube.type;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.quantity.Quantity;
import java.util.List;

/** What is measured: the group metrics.k8s.io, whose objects can only be read. */
final class MetricsTypes {

    private static final String GROUP = "metrics.k8s.io";
    private static final String VERSION = "v1beta1";

    private MetricsTypes() {}

    static List<ResourceType> list() {
        return List.of(
                ResourceType.measured(GROUP, VERSION, "NodeMetrics", "nodes", false)
                        .shows(
                                Column.text("CPU", "/usage/cpu", ""),
                                Column.text("Memory", "/usage/memory", ""),
                                Column.text("Window", "/window", "")),
                ResourceType.measured(GROUP, VERSION, "PodMetrics", "pods", true)
                        .shows(
                                Column.text("CPU", pod -> sum(pod, "cpu")),
                                Column.text("Memory", pod -> sum(pod, "memory")),
                                Column.text("Window", "/window", "")));
    }

    private static String sum(ObjectNode pod, String resource) {
        return pod.path("containers")
                .valueStream()
                .map(container ->
                        Quantity.parse(container.path("usage").path(resource).asText()))
                .reduce(Quantity.ZERO, Quantity::plus)
                .toString();
    }
}
