package dev.gantry.controller.kube.pod;

import dev.gantry.controller.kube.document.Uids;
import dev.gantry.controller.kube.event.Happening;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Note;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What has happened to a pod, as far as its record tells, in upstream's words. */
final class PodHappenings {

    private static final String KUBELET = "kubelet";
    private static final String SCHEDULER = "default-scheduler";
    private static final String BACK_OFF = "CrashLoopBackOff";
    private static final String LOST = "TerminationNotice";
    private static final String NO_MOUNT = "MountVolume.SetUp failed for volume ";
    /** Ways of waiting that are no trouble. */
    private static final Set<String> USUAL = Set.of("", "ContainerCreating", "PodInitializing", BACK_OFF);

    private final Workload workload;
    private final KubePod pod;
    private final Map<String, Role> roles;
    private final List<Happening> all = new ArrayList<>();

    private PodHappenings(Workload workload, KubePod pod) {
        this.workload = workload;
        this.pod = pod;
        this.roles = workload.getSpec().getContainersList().stream()
                .collect(Collectors.toMap(
                        container -> container.getName(),
                        container -> container.getPod().getRole(),
                        (one, _) -> one));
    }

    /** @param nodeName the name of a node of that id */
    static List<Happening> of(Workload workload, KubePod pod, UnaryOperator<String> nodeName) {
        PodHappenings happenings = new PodHappenings(workload, pod);
        happenings.placement(nodeName);
        workload.getObserved().getNotesList().forEach(happenings::note);
        workload.getObserved().getContainersList().forEach(happenings::container);
        happenings.end();
        return List.copyOf(happenings.all);
    }

    private void placement(UnaryOperator<String> nodeName) {
        Placement placement = workload.getPlacement();
        if (Workloads.isPlaced(workload)) {
            String message = "Successfully assigned %s/%s to %s"
                    .formatted(pod.getNamespace(), pod.getName(), nodeName.apply(placement.getNode()));
            all.add(Happening.once(SCHEDULER, "Scheduled", message, Instant.ofEpochMilli(placement.getPlacedAtMs()))
                    .keyed("Scheduled"));
        } else if (!placement.getUnplacedReason().isEmpty()) {
            all.add(Happening.once(
                            SCHEDULER,
                            "FailedScheduling",
                            UnplacedWords.of(workload),
                            Instant.ofEpochMilli(placement.getUnplacedSinceMs()))
                    .keyed("FailedScheduling")
                    .asWarning());
        }
    }

    private void note(Note note) {
        all.add(Happening.once(KUBELET, "Pulled", note.getText(), Instant.ofEpochMilli(note.getAtMs())));
    }

    private void container(ContainerStatus container) {
        String name = container.getName();
        String path = path(name);
        long lastStart = container.getStartedAtMs() > 0
                ? container.getStartedAtMs()
                : container.getLastEnd().getStartedAtMs();
        if (lastStart > 0) {
            Instant at = Instant.ofEpochMilli(lastStart);
            boolean isRun = container.getPhase() == Phase.RUNNING || container.getPhase() == Phase.STOPPED;
            int runs = container.getRestartCount() + (isRun ? 1 : 0);
            for (Happening one : List.of(
                    Happening.once(KUBELET, "Created", "Created container: " + name, at),
                    Happening.once(KUBELET, "Started", "Started container " + name, at))) {
                all.add(one.at(path).times(Math.max(1, runs)));
            }
        }
        String waiting = container.getWaitingReason();
        if (waiting.equals(BACK_OFF)) {
            String message = "Back-off restarting failed container %s in pod %s_%s(%s)"
                    .formatted(name, pod.getName(), pod.getNamespace(), Uids.of(workload.getId()));
            all.add(Happening.once(KUBELET, "BackOff", message, Instant.EPOCH)
                    .at(path)
                    .times(Math.max(1, container.getRestartCount()))
                    .asWarning());
        } else if (container.getWaitingMessage().startsWith(NO_MOUNT)) {
            all.add(Happening.once(KUBELET, "FailedMount", container.getWaitingMessage(), Instant.EPOCH)
                    .keyed("FailedMount " + name)
                    .asWarning());
        } else if (!USUAL.contains(waiting)) {
            String why = container.getWaitingMessage();
            all.add(Happening.once(
                            KUBELET, "Failed", "Error: " + waiting + (why.isEmpty() ? "" : ": " + why), Instant.EPOCH)
                    .keyed("Failed " + name + " " + waiting)
                    .at(path)
                    .asWarning());
        }
        boolean isAsked = workload.getWish().getDesired() == RunState.STOP;
        if (isAsked && container.getPhase() == Phase.RUNNING) {
            Instant at = Instant.ofEpochMilli(workload.getWish().getStopRequestedAtMs());
            all.add(Happening.once(KUBELET, "Killing", "Stopping container " + name, at)
                    .at(path));
        }
    }

    private String path(String name) {
        String list = switch (roles.getOrDefault(name, Role.APP)) {
            case INIT -> "initContainers";
            case EPHEMERAL -> "ephemeralContainers";
            case APP, SIDECAR, UNRECOGNIZED -> "containers";
        };
        return "spec." + list + "{" + name + "}";
    }

    private void end() {
        if (workload.getWish().getStopCode().equals(PodEndings.PREEMPTED)) {
            Instant at = Instant.ofEpochMilli(workload.getWish().getStopRequestedAtMs());
            all.add(Happening.once(
                    SCHEDULER, PodEndings.PREEMPTED, workload.getWish().getStopReason(), at));
        }
        if (workload.getObserved().getStopCode().equals(LOST)) {
            Instant at = Instant.ofEpochMilli(workload.getObserved().getStoppedAtMs());
            all.add(Happening.once("node-controller", "NodeLost", "The node that it ran on is gone", at)
                    .asWarning());
        }
    }
}
