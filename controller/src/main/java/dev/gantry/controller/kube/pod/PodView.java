package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.NodeNames;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Node;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Placement;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Draws a pod as clients see it: as it was declared, where it runs, and how it stands. */
public final class PodView {

    private static final String DEADLINE = "DeadlineExceeded";
    private static final Set<String> OF_NODE =
            Set.of("PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready");

    private PodView() {}

    /** The whole document, with its status and its version. */
    public static ObjectNode draw(PodDocument pod, Snapshot snapshot) {
        Workload workload = pod.record().value();
        Optional<Node> node = node(workload, snapshot);
        ObjectNode json = shallow(pod.json());
        json.set("metadata", shallow(json.path("metadata")));
        json.set("spec", shallow(json.path("spec")));
        json.put("kind", "Pod").put("apiVersion", "v1");
        json.withObject("/metadata")
                .put("resourceVersion", Long.toString(pod.record().revision()));
        if (Workloads.isPlaced(workload)) {
            json.withObject("/spec").put("nodeName", nodeName(workload, node));
        }
        ObjectNode status = status(pod, workload, node);
        String nominated = workload.getPlacement().getNominatedNode();
        if (!nominated.isEmpty()) {
            status.put("nominatedNodeName", NodeNames.of(snapshot, nominated));
        }
        json.set("status", status);
        return json;
    }

    /** What lies deeper is not changed here, and the pod's own tree is read by nobody else. */
    private static ObjectNode shallow(JsonNode object) {
        return Json.object().setAll((ObjectNode) object);
    }

    /** All its conditions, in the order in which they are shown. */
    public static ArrayNode conditions(PodDocument pod) {
        Workload workload = pod.record().value();
        ArrayNode conditions = conditions(pod, workload);
        if (!pod.origin().getConditionsJson().isEmpty()) {
            Json.read(pod.origin().getConditionsJson()).forEach(conditions::add);
        }
        return PodEndings.isLost(workload)
                ? Disruption.LOST_NODE.in(
                        conditions, Instant.ofEpochMilli(workload.getObserved().getStoppedAtMs()))
                : conditions;
    }

    /** Whether a condition is one that follows from what the node reports; others are written by whoever knows of them. */
    public static boolean isOfNode(JsonNode condition) {
        return OF_NODE.contains(condition.path("type").asText());
    }

    private static Optional<Node> node(Workload workload, Snapshot snapshot) {
        return Workloads.isPlaced(workload)
                ? snapshot.get(Kinds.NODE.key("", workload.getPlacement().getNode()))
                        .map(Versioned::value)
                : Optional.empty();
    }

    private static String nodeName(Workload workload, Optional<Node> node) {
        return node.map(NodeNames::of).orElse(workload.getPlacement().getNode());
    }

    private static ObjectNode status(PodDocument pod, Workload workload, Optional<Node> node) {
        Observation observed = workload.getObserved();
        ObjectNode status = Json.object();
        status.put(
                "phase",
                switch (pod.phase()) {
                    case PENDING -> "Pending";
                    case RUNNING -> "Running";
                    case SUCCEEDED -> "Succeeded";
                    case FAILED -> "Failed";
                });
        status.set("conditions", conditions(pod));
        boolean stoppedByItself = Workloads.isStopped(workload);
        if (stoppedByItself && observed.getStopCode().equals("TerminationNotice")) {
            status.put("reason", "NodeLost").put("message", "the node that it ran on is gone");
        } else if (stoppedByItself && observed.getStopCode().equals(DEADLINE)) {
            status.put("reason", DEADLINE).put("message", observed.getStopReason());
        }
        node.map(found -> found.getInfo().getAddressesList()).ifPresent(addresses -> {
            if (!addresses.isEmpty()) {
                status.put("hostIP", addresses.getFirst());
                addresses(status.putArray("hostIPs"), addresses);
            }
        });
        List<String> own = pod.addresses(node);
        if (!own.isEmpty()) {
            status.put("podIP", own.getFirst());
            addresses(status.putArray("podIPs"), own);
        }
        long startedAtMs = observed.getPullStartedAtMs();
        if (startedAtMs > 0 || Workloads.isPlaced(workload)) {
            status.put(
                    "startTime",
                    Times.text(
                            startedAtMs > 0
                                    ? startedAtMs
                                    : workload.getPlacement().getPlacedAtMs()));
        }
        Map<String, ContainerStatus> seen = observed.getContainersList().stream()
                .collect(Collectors.toMap(ContainerStatus::getName, Function.identity(), (first, _) -> first));
        if (Workloads.isPlaced(workload)) {
            statuses(status, "initContainerStatuses", pod.spec().path("initContainers"), seen);
            statuses(status, "containerStatuses", pod.spec().path("containers"), seen);
            statuses(status, "ephemeralContainerStatuses", pod.spec().path("ephemeralContainers"), seen);
        }
        return status.put("qosClass", PodQuality.of(pod.spec()));
    }

    private static void addresses(ArrayNode to, List<String> addresses) {
        addresses.forEach(address -> to.addObject().put("ip", address));
    }

    private static void statuses(
            ObjectNode status, String member, JsonNode containers, Map<String, ContainerStatus> seen) {
        ArrayNode statuses = Json.object().putArray(member);
        for (JsonNode container : containers) {
            ContainerStatus of =
                    seen.getOrDefault(container.path("name").asText(), ContainerStatus.getDefaultInstance());
            statuses.add(ContainerView.draw(container, of));
        }
        if (!statuses.isEmpty()) {
            status.set(member, statuses);
        }
    }

    private static ArrayNode conditions(PodDocument pod, Workload workload) {
        Observation observed = workload.getObserved();
        Placement placement = workload.getPlacement();
        ArrayNode conditions = Json.object().putArray("conditions");
        if (!Workloads.isPlaced(workload)) {
            if (!placement.getUnplacedReason().isEmpty()) {
                condition(conditions, "PodScheduled", false, placement.getUnplacedSinceMs())
                        .put("reason", "Unschedulable")
                        .put("message", UnplacedWords.of(workload));
            }
            return conditions;
        }
        boolean over = pod.isOver();
        boolean initialized = areReady(pod.spec().path("initContainers"), observed) || hasBegun(pod, observed);
        boolean ready = !over && areReady(pod.spec().path("containers"), observed) && initialized;
        long changed = Math.max(observed.getStartedAtMs(), placement.getPlacedAtMs());
        condition(
                conditions,
                "PodReadyToStartContainers",
                !over && !observed.getAddressesList().isEmpty(),
                changed);
        ObjectNode init = condition(conditions, "Initialized", initialized, changed);
        explain(init, initialized, "ContainersNotInitialized", "containers with incomplete status");
        String reason = over ? "PodCompleted" : "ContainersNotReady";
        explain(condition(conditions, "Ready", pod.isReady() && ready, changed), ready, reason, unready(pod, observed));
        explain(condition(conditions, "ContainersReady", ready, changed), ready, reason, unready(pod, observed));
        condition(conditions, "PodScheduled", true, placement.getPlacedAtMs());
        return conditions;
    }

    private static void explain(ObjectNode condition, boolean holds, String reason, String message) {
        if (!holds) {
            condition.put("reason", reason);
            if (!reason.equals("PodCompleted")) {
                condition.put("message", message);
            }
        }
    }

    private static String unready(PodDocument pod, Observation observed) {
        StringBuilder names = new StringBuilder();
        for (JsonNode container : pod.spec().path("containers")) {
            if (!isReady(container, observed)) {
                names.append(names.isEmpty() ? "" : " ")
                        .append(container.path("name").asText());
            }
        }
        return "containers with unready status: [" + names + "]";
    }

    private static boolean hasBegun(PodDocument pod, Observation observed) {
        for (JsonNode container : pod.spec().path("containers")) {
            boolean began = observed.getContainersList().stream()
                    .anyMatch(one -> one.getName().equals(container.path("name").asText())
                            && (one.getStartedAtMs() > 0 || one.getRestartCount() > 0));
            if (began) {
                return true;
            }
        }
        return false;
    }

    private static boolean areReady(JsonNode containers, Observation observed) {
        for (JsonNode container : containers) {
            if (!isReady(container, observed)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isReady(JsonNode container, Observation observed) {
        String name = container.path("name").asText();
        return observed.getContainersList().stream()
                .anyMatch(one -> one.getName().equals(name) && one.getReady());
    }

    private static ObjectNode condition(ArrayNode conditions, String type, boolean holds, long sinceMs) {
        return conditions
                .addObject()
                .put("type", type)
                .put("status", holds ? "True" : "False")
                .putNull("lastProbeTime")
                .put("lastTransitionTime", Times.text(sinceMs));
    }
}
