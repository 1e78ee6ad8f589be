package dev.gantry.controller.operations;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Event;
import dev.gantry.proto.Note;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** Why a task or service is as it is, in words and numbers. Pure. */
final class Why {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TASKS_MAX = 20;
    private static final int EVENTS_MAX = 10;

    private final Explanations explanations;

    Why(Explanations explanations) {
        this.explanations = explanations;
    }

    /** @throws RefusedException when there is no such task */
    ObjectNode task(Snapshot snapshot, String cluster, String id) {
        Workload task = snapshot.get(Kinds.WORKLOAD.key(cluster, id))
                .orElseThrow(() -> missing("task " + id, cluster))
                .value();
        ObjectNode answer = JSON.createObjectNode();
        answer.put("kind", "task").put("name", id).put("summary", summary(task));
        answer.putArray("tasks").add(describe(snapshot, task));
        answer.putArray("events");
        return answer;
    }

    /** @throws RefusedException when there is no such service */
    ObjectNode service(Snapshot snapshot, String cluster, String name) {
        Key<EcsService> key = Kinds.ECS_SERVICE.key(cluster, name);
        EcsService service = snapshot.get(key)
                .orElseThrow(() -> missing("service " + name, cluster))
                .value();
        List<Workload> tasks = snapshot.find(Kinds.WORKLOADS_BY_OWNER, key.path()).stream()
                .map(Versioned::value)
                .toList();
        ObjectNode answer = JSON.createObjectNode();
        answer.put("kind", "service").put("name", name).put("summary", summary(service, tasks));
        ArrayNode shown = answer.putArray("tasks");
        tasks.stream()
                .filter(task -> !isContent(task))
                .sorted(Comparator.comparing(Workloads::isStopped).thenComparingLong(t -> -t.getCreatedAtMs()))
                .limit(TASKS_MAX)
                .forEach(task -> shown.add(describe(snapshot, task)));
        ArrayNode events = answer.putArray("events");
        List<Versioned<Event>> all = snapshot.list(Kinds.EVENT, key.path());
        all.reversed().stream()
                .limit(EVENTS_MAX)
                .forEach(event ->
                        add(events, event.value().getAtMs(), event.value().getText()));
        return answer;
    }

    private static String summary(EcsService service, List<Workload> tasks) {
        long running = tasks.stream()
                .filter(t -> Workloads.isRunning(t) && !Workloads.isUnwanted(t))
                .count();
        long waiting = tasks.stream()
                .filter(t -> Workloads.stage(t) == Workloads.Stage.UNPLACED)
                .count();
        String text = "wants %d tasks, %d are running".formatted(service.getDesiredCount(), running);
        if (waiting > 0) {
            text += ", %d wait for a node".formatted(waiting);
        }
        boolean changing = service.getDeploymentsCount() > 1;
        return changing ? text + "; a deployment is in progress" : text;
    }

    private static String summary(Workload task) {
        Observation observed = task.getObserved();
        if (Workloads.isStopped(task)) {
            return "stopped: " + stopReason(task);
        }
        if (Workloads.isUnwanted(task)) {
            return "is stopping: " + task.getWish().getStopReason();
        }
        if (Workloads.stage(task) == Workloads.Stage.UNPLACED) {
            String reason = task.getPlacement().getUnplacedReason();
            return reason.isEmpty() ? "waits for the scheduler" : "waits for a node: " + reason;
        }
        return switch (observed.getHealth()) {
            case UNHEALTHY -> "is running, and its health check fails";
            case HEALTHY, HEALTH_UNKNOWN, UNRECOGNIZED ->
                Workloads.isRunning(task) ? "is running" : "is starting on its node";
        };
    }

    private static String stopReason(Workload task) {
        String asked = task.getWish().getStopReason();
        return asked.isEmpty() ? task.getObserved().getStopReason() : asked;
    }

    private static boolean isContent(Workload task) {
        return Workloads.isRunning(task) && !Workloads.isUnwanted(task);
    }

    private ObjectNode describe(Snapshot snapshot, Workload task) {
        Observation observed = task.getObserved();
        ObjectNode shown = JSON.createObjectNode();
        shown.put("id", task.getId());
        shown.put("lastStatus", Workloads.phase(task).name());
        shown.put("desiredStatus", Workloads.isUnwanted(task) ? "STOPPED" : "RUNNING");
        String asked = task.getWish().getStopCode();
        shown.put("stopCode", asked.isEmpty() ? observed.getStopCode() : asked);
        shown.put("stoppedReason", stopReason(task));
        shown.put("unplacedReason", task.getPlacement().getUnplacedReason());
        ArrayNode nodes = shown.putArray("nodes");
        if (Workloads.stage(task) == Workloads.Stage.UNPLACED) {
            for (Explanations.NodeReasons node : explanations.explain(snapshot, task)) {
                ObjectNode entry = nodes.addObject().put("node", node.node()).put("name", node.name());
                ArrayNode reasons = entry.putArray("reasons");
                node.reasons().forEach(reasons::add);
            }
        }
        ArrayNode containers = shown.putArray("containers");
        observed.getContainersList().forEach(container -> containers.add(describe(container)));
        ArrayNode notes = shown.putArray("notes");
        for (Note note : observed.getNotesList()) {
            add(notes, note.getAtMs(), note.getText());
        }
        return shown;
    }

    private static ObjectNode describe(ContainerStatus container) {
        ObjectNode shown = JSON.createObjectNode();
        shown.put("name", container.getName())
                .put("lastStatus", container.getPhase().name());
        if (container.hasExitCode()) {
            shown.put("exitCode", container.getExitCode());
        }
        return shown.put("reason", container.getReason()).put("logTail", container.getLogTail());
    }

    private static void add(ArrayNode list, long atMs, String text) {
        list.addObject().put("at", Instant.ofEpochMilli(atMs).toString()).put("text", text);
    }

    private static RefusedException missing(String what, String cluster) {
        return new RefusedException(
                RefusedException.Reason.NOT_FOUND, "there is no " + what + " in cluster " + cluster);
    }
}
