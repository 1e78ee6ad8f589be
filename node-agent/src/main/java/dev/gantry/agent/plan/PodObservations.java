package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerEnd;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Health;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PodContainer.Role;
import java.util.List;

/** Says what is true of a pod, from what is known of its containers. */
final class PodObservations {

    private static final int MESSAGE_CHARACTERS_MAX = 4096;

    private final DesiredWorkload desired;
    private final Memory memory;
    private final long nowMs;

    PodObservations(DesiredWorkload desired, Memory memory, long nowMs) {
        this.desired = desired;
        this.memory = memory;
        this.nowMs = nowMs;
    }

    /** How a run ended. */
    static ContainerEnd end(ContainerSpec spec, ObservedContainer seen, String logTail, String words) {
        String said = words.isEmpty() && spec.getPod().getMessageFromLog() && seen.exitCode() != 0 ? logTail : words;
        return ContainerEnd.newBuilder()
                .setExitCode(seen.exitCode())
                .setReason(reason(seen))
                .setMessage(said.substring(Math.max(0, said.length() - MESSAGE_CHARACTERS_MAX)))
                .setStartedAtMs(seen.startedAtMs())
                .setFinishedAtMs(seen.finishedAtMs())
                .setRuntimeId(seen.id())
                .build();
    }

    private static String reason(ObservedContainer seen) {
        if (seen.exitCode() == 0) {
            return "Completed";
        }
        return seen.outOfMemory() ? "OOMKilled" : "Error";
    }

    Observation draw(boolean finished) {
        Observation last = memory.last();
        Observation.Builder now = last.toBuilder().clearContainers();
        for (ContainerSpec spec : desired.getSpec().getContainersList()) {
            now.addContainers(status(spec, finished));
        }
        Phase phase = phase(finished);
        now.setPhase(last.getPhaseValue() > phase.getNumber() ? last.getPhase() : phase);
        memory.standing(Sandbox.NAME)
                .seen()
                .filter(ObservedContainer::isRunning)
                .filter(_ -> desired.getSpec().getNetwork() != NetworkMode.HOST)
                .ifPresent(seen -> now.clearAddresses().addAllAddresses(seen.addresses()));
        if (now.getStartedAtMs() == 0 && now.getPhase() == Phase.RUNNING) {
            now.setStartedAtMs(nowMs);
        }
        memory.cause()
                .ifPresent(cause -> now.setStoppingAtMs(cause.atMs())
                        .setStopCode(cause.code())
                        .setStopReason(cause.reason()));
        if (finished && memory.cause().isPresent() && now.getStoppedAtMs() == 0) {
            now.setStoppedAtMs(nowMs);
        }
        return now.build();
    }

    private Phase phase(boolean finished) {
        if (memory.cause().isPresent()) {
            return finished ? Phase.STOPPED : Phase.STOPPING;
        }
        List<ContainerSpec> apps = desired.getSpec().getContainersList().stream()
                .filter(spec -> spec.getPod().getRole() == Role.APP)
                .toList();
        boolean all = apps.stream().allMatch(spec -> {
            Standing standing = memory.standing(spec.getName());
            return standing.hasRun() || standing.restarts() > 0;
        });
        return all ? Phase.RUNNING : Phase.PENDING;
    }

    private ContainerStatus status(ContainerSpec spec, boolean finished) {
        String name = spec.getName();
        Standing standing = memory.standing(name);
        Life life = memory.life(name);
        ContainerStatus before = memory.last().getContainersList().stream()
                .filter(one -> one.getName().equals(name))
                .findFirst()
                .orElse(ContainerStatus.getDefaultInstance());
        boolean ready = isReady(spec, standing, life);
        ContainerStatus.Builder status = before.toBuilder()
                .setName(name)
                .setImageDigest(standing.imageDigest())
                .setRestartCount(standing.restarts())
                .setStarted(standing.isRunning() && life.started())
                .setReady(ready)
                .setReadySinceMs(ready ? readySince(before) : 0)
                .setHealth(Health.HEALTH_UNKNOWN)
                .clearWaitingReason()
                .clearWaitingMessage();
        life.lastEnd().ifPresent(status::setLastEnd);
        standing.seen().ifPresent(seen -> status.setRuntimeId(seen.id()).setStartedAtMs(seen.startedAtMs()));
        if (standing.isRunning()) {
            return status.setPhase(Phase.RUNNING)
                    .clearExitCode()
                    .clearReason()
                    .clearStoppedAtMs()
                    .clearTerminationMessage()
                    .build();
        }
        if (!standing.isExited()) {
            return waiting(status, standing, life, finished);
        }
        boolean runsAgain = memory.cause().isEmpty() && !life.trouble().reason().isEmpty();
        return runsAgain
                ? waiting(status.setLastEnd(end(spec, standing, life)), standing, life, finished)
                : ended(status, end(spec, standing, life));
    }

    private long readySince(ContainerStatus before) {
        return before.getReady() && before.getReadySinceMs() > 0 ? before.getReadySinceMs() : nowMs;
    }

    private static ContainerEnd end(ContainerSpec spec, Standing standing, Life life) {
        return end(spec, standing.seen().orElseThrow(), standing.logTail().orElse(""), life.words());
    }

    private static ContainerStatus ended(ContainerStatus.Builder status, ContainerEnd end) {
        return status.setPhase(Phase.STOPPED)
                .setExitCode(end.getExitCode())
                .setReason(end.getReason())
                .setTerminationMessage(end.getMessage())
                .setStoppedAtMs(end.getFinishedAtMs())
                .build();
    }

    private static ContainerStatus waiting(
            ContainerStatus.Builder status, Standing standing, Life life, boolean finished) {
        if (!standing.failure().isEmpty() && standing.failure().startsWith(PodRun.START_FAILED)) {
            return status.setPhase(Phase.STOPPED)
                    .setExitCode(PodRun.START_ERROR)
                    .setReason("StartError")
                    .setTerminationMessage(standing.failure())
                    .build();
        }
        if (standing.isLost() && !life.restarting()) {
            return status.setPhase(Phase.STOPPED)
                    .setExitCode(status.hasExitCode() ? status.getExitCode() : PodRun.LOST)
                    .setReason(status.getReason().isEmpty() ? "ContainerStatusUnknown" : status.getReason())
                    .build();
        }
        if (finished) {
            return status.setPhase(Phase.STOPPED).build();
        }
        String reason = life.trouble().reason();
        return status.setPhase(Phase.PENDING)
                .clearExitCode()
                .clearReason()
                .clearTerminationMessage()
                .setWaitingReason(reason.isEmpty() ? PodRun.IN_CREATION : reason)
                .setWaitingMessage(life.trouble().message())
                .build();
    }

    /** Init containers are ready when they have ended well, ephemeral ones never, the others while they serve. */
    private boolean isReady(ContainerSpec spec, Standing standing, Life life) {
        if (spec.getPod().getRole() == Role.EPHEMERAL) {
            return false;
        }
        if (spec.getPod().getRole() == Role.INIT) {
            return standing.seen()
                    .filter(seen -> seen.isExited() && seen.exitCode() == 0)
                    .isPresent();
        }
        boolean serves =
                !spec.getPod().hasReadiness() || life.probe(ProbeKind.READINESS).passing();
        boolean live = standing.isRunning() && standing.step() != Step.STOP && life.started();
        return live && serves;
    }
}
