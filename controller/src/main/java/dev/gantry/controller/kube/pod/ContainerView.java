package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.proto.ContainerEnd;
import dev.gantry.proto.ContainerStatus;

/** Draws how a container of a pod stands. */
final class ContainerView {

    private static final String SCHEME = "docker://";
    /** What upstream says of a container that ended with its node. */
    private static final int UNKNOWN_CODE = 137;

    private ContainerView() {}

    /**
     * @param container as declared
     * @param seen the default instance while the node has said nothing of it
     */
    static ObjectNode draw(JsonNode container, ContainerStatus seen) {
        ObjectNode status = Json.object();
        status.put("name", container.path("name").asText());
        state(status.putObject("state"), seen);
        ObjectNode last = status.putObject("lastState");
        if (seen.hasLastEnd()) {
            ended(last.putObject("terminated"), seen.getLastEnd());
        }
        status.put("ready", seen.getReady());
        status.put("restartCount", seen.getRestartCount());
        status.put("image", container.path("image").asText());
        status.put("imageID", seen.getImageDigest());
        if (!seen.getRuntimeId().isEmpty()) {
            status.put("containerID", SCHEME + seen.getRuntimeId());
        }
        return status.put("started", seen.getStarted());
    }

    private static void state(ObjectNode state, ContainerStatus seen) {
        switch (seen.getPhase()) {
            case RUNNING -> state.putObject("running").put("startedAt", Times.text(seen.getStartedAtMs()));
            case STOPPED ->
                ended(
                        state.putObject("terminated"),
                        ContainerEnd.newBuilder()
                                .setExitCode(seen.hasExitCode() ? seen.getExitCode() : UNKNOWN_CODE)
                                .setReason(reason(seen))
                                .setMessage(seen.getTerminationMessage())
                                .setStartedAtMs(seen.getStartedAtMs())
                                .setFinishedAtMs(seen.getStoppedAtMs())
                                .setRuntimeId(seen.getRuntimeId())
                                .build());
            default -> {
                String reason = seen.getWaitingReason();
                ObjectNode waiting =
                        state.putObject("waiting").put("reason", reason.isEmpty() ? "ContainerCreating" : reason);
                if (!seen.getWaitingMessage().isEmpty()) {
                    waiting.put("message", seen.getWaitingMessage());
                }
            }
        }
    }

    private static String reason(ContainerStatus seen) {
        if (!seen.hasExitCode()) {
            return "ContainerStatusUnknown";
        }
        return seen.getReason().isEmpty() ? seen.getExitCode() == 0 ? "Completed" : "Error" : seen.getReason();
    }

    private static void ended(ObjectNode terminated, ContainerEnd end) {
        terminated.put("exitCode", end.getExitCode()).put("reason", end.getReason());
        if (!end.getMessage().isEmpty()) {
            terminated.put("message", end.getMessage());
        }
        terminated.put("startedAt", Times.text(end.getStartedAtMs()));
        terminated.put("finishedAt", Times.text(end.getFinishedAtMs()));
        if (!end.getRuntimeId().isEmpty()) {
            terminated.put("containerID", SCHEME + end.getRuntimeId());
        }
    }
}
