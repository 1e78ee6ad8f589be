package dev.gantry.controller.kube.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What kubectl shows of a pod. */
final class PodCells {

    private PodCells() {}

    static String ready(ObjectNode pod) {
        int ready = 0;
        for (JsonNode container : pod.at("/status/containerStatuses")) {
            ready += container.path("ready").asBoolean() ? 1 : 0;
        }
        int all = pod.at("/spec/containers").size();
        for (JsonNode container : pod.at("/spec/initContainers")) {
            if (container.path("restartPolicy").asText().equals("Always")) {
                all++;
                ready += isReady(
                                pod.at("/status/initContainerStatuses"),
                                container.path("name").asText())
                        ? 1
                        : 0;
            }
        }
        return ready + "/" + all;
    }

    /** The reason of whatever keeps it from running, else its phase. */
    static String status(ObjectNode pod) {
        String status = pod.at("/status/phase").asText("Unknown");
        String reason = pod.at("/status/reason").asText();
        status = reason.isEmpty() ? status : reason;
        String initializing = initializing(pod);
        if (!initializing.isEmpty()) {
            status = initializing;
        } else {
            boolean anyRuns = false;
            for (JsonNode container : reversed(pod.at("/status/containerStatuses"))) {
                String of = ofContainer(container);
                status = of.isEmpty() ? status : of;
                anyRuns |= container.at("/state").has("running")
                        && container.path("ready").asBoolean();
            }
            if (status.equals("Completed") && anyRuns) {
                status = "Running";
            }
        }
        if (pod.at("/metadata").hasNonNull("deletionTimestamp")) {
            return reason.equals("NodeLost") ? "Unknown" : "Terminating";
        }
        return status;
    }

    static JsonNode restarts(ObjectNode pod, Instant now) {
        long restarts = 0;
        String last = "";
        List<JsonNode> all = new ArrayList<>();
        pod.at("/status/containerStatuses").forEach(all::add);
        for (JsonNode container : all) {
            restarts += container.path("restartCount").asLong();
            String finished = container.at("/lastState/terminated/finishedAt").asText();
            last = finished.compareTo(last) > 0 ? finished : last;
        }
        String ago = restarts == 0 || last.isEmpty() ? "" : " (" + Age.since(last, now) + " ago)";
        return TextNode.valueOf(restarts + ago);
    }

    private static String initializing(ObjectNode pod) {
        int at = 0;
        for (JsonNode container : pod.at("/status/initContainerStatuses")) {
            JsonNode terminated = container.at("/state/terminated");
            boolean isDone = terminated.path("exitCode").asInt(-1) == 0 && terminated.isObject();
            boolean isSidecarUp = container.path("started").asBoolean() && isSidecar(pod, container);
            if (!isDone && !isSidecarUp) {
                if (terminated.isObject()) {
                    String reason = terminated.path("reason").asText();
                    return "Init:"
                            + (reason.isEmpty()
                                    ? "ExitCode:" + terminated.path("exitCode").asInt()
                                    : reason);
                }
                String waiting = container.at("/state/waiting/reason").asText();
                boolean isPlain = waiting.isEmpty() || waiting.equals("PodInitializing");
                return isPlain
                        ? "Init:" + at + "/" + pod.at("/spec/initContainers").size()
                        : "Init:" + waiting;
            }
            at++;
        }
        return "";
    }

    private static boolean isSidecar(ObjectNode pod, JsonNode status) {
        for (JsonNode container : pod.at("/spec/initContainers")) {
            if (container.path("name").equals(status.path("name"))) {
                return container.path("restartPolicy").asText().equals("Always");
            }
        }
        return false;
    }

    private static boolean isReady(JsonNode statuses, String name) {
        for (JsonNode status : statuses) {
            if (status.path("name").asText().equals(name)) {
                return status.path("ready").asBoolean();
            }
        }
        return false;
    }

    private static String ofContainer(JsonNode container) {
        String waiting = container.at("/state/waiting/reason").asText();
        if (!waiting.isEmpty()) {
            return waiting;
        }
        JsonNode terminated = container.at("/state/terminated");
        if (!terminated.isObject()) {
            return "";
        }
        String reason = terminated.path("reason").asText();
        if (!reason.isEmpty()) {
            return reason;
        }
        int signal = terminated.path("signal").asInt();
        return signal != 0
                ? "Signal:" + signal
                : "ExitCode:" + terminated.path("exitCode").asInt();
    }

    private static List<JsonNode> reversed(JsonNode list) {
        List<JsonNode> all = new ArrayList<>();
        list.forEach(all::add);
        return all.reversed();
    }
}
