package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Health;
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.WorkloadSpec;
import java.util.List;
import java.util.Optional;

/** Says what is true of a workload, from what is known of its containers. */
final class Observations {

    static final String OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage";
    static final String LOST = "ContainerNotFound: the engine no longer has this container, which had been started";

    private Observations() {}

    /** The observation now; times once set stay, and the phase never decreases. */
    static Observation draw(WorkloadSpec workload, Memory memory, boolean finished, long nowMs) {
        List<ContainerSpec> specs = workload.getContainersList();
        Observation last = memory.last();
        Observation.Builder now = last.toBuilder().clearContainers();
        for (ContainerSpec spec : specs) {
            ContainerStatus.Builder status = status(spec, memory, finished);
            if (workload.getNetwork() == NetworkMode.HOST && status.getPhase() == Phase.RUNNING) {
                status.clearBindings().addAllBindings(onHost(spec));
            }
            since(status, before(spec, memory), nowMs);
            now.addContainers(status);
        }
        memory.standing(Sandbox.OF_TASK)
                .seen()
                .filter(ObservedContainer::isRunning)
                .ifPresent(sandbox -> now.clearAddresses().addAllAddresses(sandbox.addresses()));
        boolean ending = memory.cause().isPresent();
        now.setPhase(later(last.getPhase(), phase(specs, memory, finished)));
        if (now.getStartedAtMs() == 0 && haveRun(specs, memory)) {
            now.setStartedAtMs(now.getContainersList().stream()
                    .mapToLong(ContainerStatus::getStartedAtMs)
                    .max()
                    .orElse(nowMs));
        }
        memory.cause().ifPresent(cause -> {
            now.setStoppingAtMs(cause.atMs());
            now.setStopCode(cause.code()).setStopReason(cause.reason());
        });
        if (finished && ending && now.getStoppedAtMs() == 0) {
            now.setStoppedAtMs(nowMs);
        }
        executionStopped(specs, memory).ifPresent(now::setExecutionStoppedAtMs);
        return now.setHealth(health(specs, memory)).build();
    }

    private static Phase phase(List<ContainerSpec> specs, Memory memory, boolean finished) {
        if (memory.cause().isPresent()) {
            return finished ? Phase.STOPPED : Phase.STOPPING;
        }
        return haveRun(specs, memory) ? Phase.RUNNING : Phase.PENDING;
    }

    /** A container that is not essential and did not start holds nobody up. */
    private static boolean haveRun(List<ContainerSpec> specs, Memory memory) {
        return specs.stream().allMatch(spec -> {
            Standing standing = memory.standing(spec.getName());
            return standing.hasRun() || !standing.failure().isEmpty() && !spec.getEssential();
        });
    }

    private static Phase later(Phase a, Phase b) {
        return a.getNumber() > b.getNumber() ? a : b;
    }

    private static Optional<Long> executionStopped(List<ContainerSpec> specs, Memory memory) {
        List<Standing> ran = specs.stream()
                .filter(ContainerSpec::getEssential)
                .map(spec -> memory.standing(spec.getName()))
                .filter(Standing::hasRun)
                .toList();
        if (memory.cause().isEmpty() || ran.isEmpty() || ran.stream().anyMatch(Standing::isRunning)) {
            return Optional.empty();
        }
        long last = ran.stream()
                .flatMap(standing -> standing.seen().stream())
                .mapToLong(ObservedContainer::finishedAtMs)
                .max()
                .orElse(0);
        return last > 0 ? Optional.of(last) : Optional.empty();
    }

    private static Health health(List<ContainerSpec> specs, Memory memory) {
        List<Health> checked = specs.stream()
                .filter(spec -> spec.getEssential() && spec.hasHealthCheck())
                .map(spec -> health(spec, memory.standing(spec.getName())))
                .toList();
        if (checked.contains(Health.UNHEALTHY)) {
            return Health.UNHEALTHY;
        }
        boolean allWell = !checked.isEmpty() && checked.stream().allMatch(Health.HEALTHY::equals);
        return allWell ? Health.HEALTHY : Health.HEALTH_UNKNOWN;
    }

    private static Health health(ContainerSpec spec, Standing standing) {
        return spec.hasHealthCheck()
                ? standing.seen().map(ObservedContainer::health).orElse(Health.HEALTH_UNKNOWN)
                : Health.HEALTH_UNKNOWN;
    }

    /** On the host's network a container's ports are the host's. */
    private static List<NetworkBinding> onHost(ContainerSpec spec) {
        return spec.getPortsList().stream()
                .filter(port -> port.getContainerPort() > 0)
                .map(Observations::onHost)
                .toList();
    }

    private static NetworkBinding onHost(PortMapping port) {
        return NetworkBinding.newBuilder()
                .setBindIp("0.0.0.0")
                .setContainerPort(port.getContainerPort())
                .setHostPort(port.getContainerPort())
                .setProtocol(port.getProtocol())
                .build();
    }

    private static ContainerStatus before(ContainerSpec spec, Memory memory) {
        return memory.last().getContainersList().stream()
                .filter(before -> before.getName().equals(spec.getName()))
                .findFirst()
                .orElse(ContainerStatus.getDefaultInstance());
    }

    private static void since(ContainerStatus.Builder status, ContainerStatus before, long nowMs) {
        if (status.getHealth() != before.getHealth()) {
            status.setHealthSinceMs(nowMs);
        }
    }

    private static ContainerStatus.Builder status(ContainerSpec spec, Memory memory, boolean finished) {
        Standing standing = memory.standing(spec.getName());
        ContainerStatus.Builder status = before(spec, memory).toBuilder();
        standing.seen().ifPresent(seen -> fill(status, seen));
        status.setName(spec.getName())
                .setPhase(phase(spec, standing, memory, finished))
                .setRestartCount(standing.restarts())
                .setImageDigest(standing.imageDigest())
                .setHealth(health(spec, standing));
        standing.logTail().ifPresent(status::setLogTail);
        String reason = reason(standing);
        if (!reason.isEmpty() && status.getPhase() == Phase.STOPPED) {
            status.setReason(reason);
        }
        return status;
    }

    private static void fill(ContainerStatus.Builder status, ObservedContainer seen) {
        status.setRuntimeId(seen.id()).setStartedAtMs(seen.startedAtMs());
        if (seen.isRunning()) {
            status.clearBindings().addAllBindings(seen.bindings());
            status.clearAddresses().addAllAddresses(seen.addresses());
            status.clearExitCode().clearStoppedAtMs();
        }
        if (seen.isExited()) {
            status.setExitCode(seen.exitCode()).setStoppedAtMs(seen.finishedAtMs());
        }
    }

    private static Phase phase(ContainerSpec spec, Standing standing, Memory memory, boolean finished) {
        boolean ending = memory.cause().isPresent();
        boolean restarts = standing.isExited()
                && (standing.step() == Step.LAUNCH || !ending && Dependencies.restarts(spec, standing));
        if (standing.isRunning() || restarts) {
            return Phase.RUNNING;
        }
        boolean over =
                standing.isExited() || standing.isLost() || !standing.failure().isEmpty();
        return over || ending && finished ? Phase.STOPPED : Phase.PENDING;
    }

    private static String reason(Standing standing) {
        if (!standing.failure().isEmpty()) {
            return standing.failure();
        }
        if (standing.isLost()) {
            return LOST;
        }
        return standing.seen()
                .filter(ObservedContainer::isExited)
                .map(Observations::reason)
                .orElse("");
    }

    private static String reason(ObservedContainer seen) {
        return seen.outOfMemory() && seen.exitCode() != 0 ? OUT_OF_MEMORY : seen.error();
    }
}
