package dev.gantry.controller.ecs.view;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.aws.ecs.Attribute;
import dev.gantry.aws.ecs.Container;
import dev.gantry.aws.ecs.EphemeralStorage;
import dev.gantry.aws.ecs.Task;
import dev.gantry.aws.ecs.TaskEphemeralStorage;
import dev.gantry.aws.ecs.TaskOverride;
import dev.gantry.controller.ecs.compile.Fargate;
import dev.gantry.controller.ecs.compile.Sizes;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.controller.ecs.document.Tags;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Health;
import dev.gantry.proto.Node;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A workload as DescribeTasks shows it. */
public record TaskView(Arns arns) {

    private static final String TYPE_URL =
            Any.pack(EcsTask.getDefaultInstance()).getTypeUrl();

    /** What the task's user asked for. */
    public static EcsTask origin(Workload workload) {
        try {
            return workload.getOrigin().is(EcsTask.class)
                    ? workload.getOrigin().unpack(EcsTask.class)
                    : EcsTask.getDefaultInstance();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("workload " + workload.getId() + " has a broken origin", e);
        }
    }

    /** Whether the workload is an ECS task and not something of another API. */
    public static boolean isTask(Workload workload) {
        // Asked about every change of a workload; what the type's name is takes longer to find out.
        return workload.getOrigin().getTypeUrl().equals(TYPE_URL)
                || workload.getOrigin().is(EcsTask.class);
    }

    /** @param tags whether the tags are shown */
    public Task task(Snapshot snapshot, Versioned<Workload> record, boolean tags) {
        Workload workload = record.value();
        EcsTask origin = origin(workload);
        Task.Builder task = Task.builder()
                .taskArn(arns.task(workload.getScope(), workload.getId()))
                .clusterArn(arns.cluster(workload.getScope()))
                .taskDefinitionArn(origin.getTaskDefinitionArn())
                .group(origin.getGroup())
                .startedBy(Shown.text(origin.getStartedBy()))
                .launchType(origin.getLaunchType())
                .capacityProviderName(Shown.text(origin.getCapacityProvider()))
                .platformVersion(Shown.text(origin.getPlatformVersion()))
                .enableExecuteCommand(origin.getEnableExecuteCommand())
                .overrides(overrides(origin))
                .attachments(new Interfaces(workload, origin).attachments())
                .inferenceAccelerators(List.of())
                .attributes(List.of(Attribute.builder()
                        .name("ecs.cpu-architecture")
                        .value(architecture(snapshot, workload))
                        .build()))
                .cpu(String.valueOf(workload.getSpec().getResources().getCpuUnits()))
                .memory(String.valueOf(workload.getSpec().getResources().getMemoryBytes() / Sizes.MIB_BYTES))
                .containers(containers(workload))
                .healthStatus(health(workload.getObserved().getHealth()))
                .version(workload.getVersion());
        place(task, snapshot, workload);
        if (isFargate(origin)) {
            // Whose machine it is, a user of Fargate does not see.
            task.containerInstanceArn(null)
                    .platformFamily(Fargate.PLATFORM_FAMILY)
                    .ephemeralStorage(EphemeralStorage.builder()
                            .sizeInGiB(origin.getEphemeralStorageGib())
                            .build())
                    .fargateEphemeralStorage(TaskEphemeralStorage.builder()
                            .sizeInGiB(origin.getEphemeralStorageGib())
                            .build());
        }
        life(task, workload);
        task.tags(tags ? Tags.list(origin.getTagsMap()) : List.of());
        return task.build();
    }

    private static boolean isFargate(EcsTask origin) {
        return origin.getLaunchType().equals(Fargate.LAUNCH_TYPE);
    }

    private static TaskOverride overrides(EcsTask origin) {
        TaskOverride given = EcsJson.read(origin.getOverridesJson(), TaskOverride.class);
        return given.toBuilder()
                .containerOverrides(given.containerOverridesOrEmpty())
                .inferenceAcceleratorOverrides(List.of())
                .build();
    }

    private void place(Task.Builder task, Snapshot snapshot, Workload workload) {
        String nodeId = workload.getPlacement().getNode();
        if (nodeId.isEmpty()) {
            return;
        }
        task.containerInstanceArn(arns.containerInstance(workload.getScope(), nodeId));
        Optional<Node> node = snapshot.get(Kinds.NODE.key("", nodeId)).map(Versioned::value);
        task.availabilityZone(node.map(one -> NodeView.attributes(one).get("ecs.availability-zone"))
                .orElse(null));
        task.connectivity(
                node.filter(one -> one.getReadiness() == Readiness.READY).isPresent() ? "CONNECTED" : "DISCONNECTED");
        task.connectivityAt(Shown.time(workload.getPlacement().getPlacedAtMs()));
    }

    private static void life(Task.Builder task, Workload workload) {
        Observation observed = workload.getObserved();
        task.lastStatus(Workloads.phase(workload).name())
                .desiredStatus(Workloads.isUnwanted(workload) ? "STOPPED" : "RUNNING")
                .createdAt(Shown.time(workload.getCreatedAtMs()))
                .pullStartedAt(Shown.time(observed.getPullStartedAtMs()))
                .pullStoppedAt(Shown.time(observed.getPullStoppedAtMs()))
                .startedAt(Shown.time(observed.getStartedAtMs()))
                .executionStoppedAt(Shown.time(observed.getExecutionStoppedAtMs()))
                .stoppedAt(Shown.time(observed.getStoppedAtMs()));
        boolean onRequest = workload.getWish().getDesired() == RunState.STOP;
        long stoppingAt = observed.getStoppingAtMs() != 0
                ? observed.getStoppingAtMs()
                : workload.getWish().getStopRequestedAtMs();
        task.stoppingAt(Shown.time(stoppingAt));
        // What somebody asked for explains the stop better than how the containers then went down.
        task.stopCode(Shown.text(onRequest ? workload.getWish().getStopCode() : observed.getStopCode()));
        task.stoppedReason(Shown.text(onRequest ? workload.getWish().getStopReason() : observed.getStopReason()));
    }

    private static String architecture(Snapshot snapshot, Workload workload) {
        String wanted = workload.getSpec().getArchitecture();
        String nodeId = workload.getPlacement().getNode();
        if (wanted.isEmpty() && !nodeId.isEmpty()) {
            return snapshot.get(Kinds.NODE.key("", nodeId))
                    .map(node -> NodeView.attributes(node.value()).get("ecs.cpu-architecture"))
                    .orElse("x86_64");
        }
        return wanted.equals("arm64") ? "arm64" : "x86_64";
    }

    private List<Container> containers(Workload workload) {
        Map<String, ContainerStatus> seen = new LinkedHashMap<>();
        workload.getObserved().getContainersList().forEach(status -> seen.put(status.getName(), status));
        List<Container> containers = new ArrayList<>();
        for (ContainerSpec spec : workload.getSpec().getContainersList()) {
            ContainerStatus status = seen.getOrDefault(spec.getName(), ContainerStatus.getDefaultInstance());
            containers.add(container(workload, spec, status));
        }
        return containers;
    }

    private Container container(Workload workload, ContainerSpec spec, ContainerStatus status) {
        return Container.builder()
                .containerArn(arns.container(workload.getScope(), workload.getId(), spec.getName()))
                .taskArn(arns.task(workload.getScope(), workload.getId()))
                .name(spec.getName())
                .image(spec.getImage())
                .imageDigest(Shown.text(status.getImageDigest()))
                .runtimeId(Shown.text(status.getRuntimeId()))
                .lastStatus(containerStatus(workload, status))
                .exitCode(status.hasExitCode() ? status.getExitCode() : null)
                .reason(Shown.text(status.getReason()))
                .networkBindings(NetworkBindings.of(status.getBindingsList()))
                .networkInterfaces(new Interfaces(workload, EcsTask.getDefaultInstance()).interfaces())
                .healthStatus(health(status.getHealth()))
                .managedAgents(ManagedAgents.of(origin(workload), status))
                .cpu(String.valueOf(spec.getCpuUnits()))
                .memory(mib(spec.getMemoryLimitBytes()))
                .memoryReservation(mib(spec.getMemoryReservationBytes()))
                .build();
    }

    private static String containerStatus(Workload workload, ContainerStatus status) {
        if (Workloads.isStopped(workload)) {
            return Phase.STOPPED.name();
        }
        return status.getPhase() == Phase.PHASE_UNSPECIFIED
                ? Phase.PENDING.name()
                : status.getPhase().name();
    }

    private static @Nullable String mib(long bytes) {
        return bytes == 0 ? null : String.valueOf(bytes / Sizes.MIB_BYTES);
    }

    private static String health(Health health) {
        return switch (health) {
            case HEALTHY -> "HEALTHY";
            case UNHEALTHY -> "UNHEALTHY";
            case HEALTH_UNKNOWN, UNRECOGNIZED -> "UNKNOWN";
        };
    }
}
