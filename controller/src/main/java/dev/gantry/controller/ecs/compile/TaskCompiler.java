package dev.gantry.controller.ecs.compile;

import com.google.protobuf.Any;
import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.DockerVolumeConfiguration;
import dev.gantry.aws.ecs.EFSVolumeConfiguration;
import dev.gantry.aws.ecs.PortMapping;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.ResourceRequirement;
import dev.gantry.aws.ecs.Volume;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.proto.DockerVolume;
import dev.gantry.proto.EfsVolume;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.PlacementStrategy;
import dev.gantry.proto.Resources;
import dev.gantry.proto.RunState;
import dev.gantry.proto.VolumeSpec;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.proto.WorkloadSpec;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns an order for a task into the workload that is stored, placed and run. */
public final class TaskCompiler {

    private static final String LABEL = "com.amazonaws.ecs.";
    /** Nodes with it know where a file system is. */
    private static final String EFS_ATTRIBUTE = "gantry.efs.";

    private final Arns arns;

    public TaskCompiler(Arns arns) {
        this.arns = arns;
    }

    /** A workload without a node. Refuses a definition that cannot be run here. */
    public Workload compile(TaskOrder order, Instant now) {
        RunSupport.check(order.definition());
        return Workload.newBuilder()
                .setId(order.id())
                .setScope(order.cluster())
                .setOwner(order.owner())
                .setOrigin(Any.pack(order.origin()))
                .setSpec(spec(order))
                .setCreatedAtMs(now.toEpochMilli())
                .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                .setVersion(1)
                .build();
    }

    /** One more task from the same order, under another name. */
    Workload another(Workload task, String id, Instant now) {
        return task.toBuilder()
                .setId(id)
                .setSpec(task.getSpec().toBuilder().putLabels(LABEL + "task-arn", arns.task(task.getScope(), id)))
                .setCreatedAtMs(now.toEpochMilli())
                .build();
    }

    private WorkloadSpec spec(TaskOrder order) {
        RegisterTaskDefinitionRequest definition = order.definition();
        String family = order.origin().getFamily();
        int revision = order.origin().getRevision();
        WorkloadSpec.Builder spec = WorkloadSpec.newBuilder()
                .setResources(resources(definition))
                .setCluster(order.cluster())
                .setGroup(order.origin().getGroup())
                .setRequiredNode(order.node())
                .setNetwork(NetworkMode.valueOf(
                        String.valueOf(definition.networkMode()).toUpperCase(Locale.ROOT)))
                .setPidMode(definition.pidMode() == null ? "" : definition.pidMode())
                .setIpcMode(definition.ipcMode() == null ? "" : definition.ipcMode())
                .setCpuLimitUnits(Sizes.cpuUnits(definition.cpu()))
                .setMemoryLimitBytes(Sizes.memoryMib(definition.memory()) * Sizes.MIB_BYTES)
                .addAllRequiredAttributes(RequiredAttributes.of(definition))
                .setArchitecture(architecture(definition))
                .setSingleton(order.singleton())
                .setNamePrefix("ecs-" + family + "-" + revision)
                .putAllLabels(Map.of(
                        LABEL + "cluster", order.cluster(),
                        LABEL + "task-arn", arns.task(order.cluster(), order.id()),
                        LABEL + "task-definition-family", family,
                        LABEL + "task-definition-version", String.valueOf(revision)));
        if (order.singleton()) {
            spec.addRequiredAttributes(Singleton.NODE_ATTRIBUTE);
        }
        definition
                .containerDefinitions()
                .forEach(container -> spec.addContainers(ContainerCompiler.compile(container)));
        definition.volumesOrEmpty().forEach(volume -> spec.addVolumes(volume(volume)));
        spec.getVolumesList().stream()
                .filter(VolumeSpec::hasEfs)
                .map(volume -> EFS_ATTRIBUTE + volume.getEfs().getFileSystemId())
                .distinct()
                .forEach(spec::addRequiredAttributes);
        definition
                .placementConstraintsOrEmpty()
                .forEach(one -> spec.addConstraints(constraint(one.type(), one.expression())));
        order.constraints().forEach(one -> spec.addConstraints(constraint(one.type(), one.expression())));
        order.strategies().forEach(one -> spec.addStrategies(strategy(one.type(), one.field())));
        return spec.build();
    }

    /** The sizes of the task, or else the sums over its containers. */
    static Resources resources(RegisterTaskDefinitionRequest definition) {
        List<ContainerDefinition> containers = definition.containerDefinitions();
        long cpu = Sizes.cpuUnits(definition.cpu());
        long memory = Sizes.memoryMib(definition.memory());
        long containerCpu = containers.stream()
                .mapToLong(container -> container.cpu() == null ? 0 : container.cpu())
                .sum();
        long containerMemory = containers.stream()
                .mapToLong(container -> MemoryRules.reservedMib(container.memory(), container.memoryReservation()))
                .sum();
        Resources.Builder resources = Resources.newBuilder()
                .setCpuUnits(cpu > 0 ? cpu : containerCpu)
                .setMemoryBytes((memory > 0 ? memory : containerMemory) * Sizes.MIB_BYTES);
        long devices = 0;
        for (ContainerDefinition container : containers) {
            // With an address of its own a task has all ports to itself.
            if (!"awsvpc".equals(definition.networkMode())) {
                container.portMappingsOrEmpty().forEach(port -> reserve(resources, port));
            }
            for (ResourceRequirement requirement : container.resourceRequirementsOrEmpty()) {
                devices += requirement.type().equals("GPU") ? Long.parseLong(requirement.value()) : 0;
            }
        }
        return devices > 0 ? resources.putDevices("GPU", devices).build() : resources.build();
    }

    private static void reserve(Resources.Builder resources, PortMapping port) {
        Integer host = port.hostPort();
        if (host == null || host == 0) {
            return;
        }
        if ("udp".equals(port.protocol())) {
            resources.addUdpPorts(host);
        } else {
            resources.addTcpPorts(host);
        }
    }

    private static VolumeSpec volume(Volume volume) {
        VolumeSpec.Builder spec = VolumeSpec.newBuilder().setName(String.valueOf(volume.name()));
        String hostPath = volume.host() == null ? null : volume.host().sourcePath();
        DockerVolumeConfiguration docker = volume.dockerVolumeConfiguration();
        if (hostPath != null) {
            return spec.setHostPath(hostPath).build();
        }
        EFSVolumeConfiguration efs = volume.efsVolumeConfiguration();
        if (efs != null) {
            return spec.setEfs(EfsVolume.newBuilder()
                            .setFileSystemId(efs.fileSystemId())
                            .setRootDirectory(efs.rootDirectory() == null ? "" : efs.rootDirectory()))
                    .build();
        }
        if (docker == null) {
            return spec.setScratch(true).build();
        }
        return spec.setDocker(DockerVolume.newBuilder()
                        .setShared("shared".equals(docker.scope()))
                        .setAutoprovision(Boolean.TRUE.equals(docker.autoprovision()))
                        .setDriver(docker.driver() == null ? "local" : docker.driver())
                        .putAllDriverOptions(docker.driverOptsOrEmpty())
                        .putAllLabels(docker.labelsOrEmpty()))
                .build();
    }

    private static PlacementConstraint constraint(@Nullable String type, @Nullable String expression) {
        return PlacementConstraint.newBuilder()
                .setType(
                        "distinctInstance".equals(type)
                                ? PlacementConstraint.Type.DISTINCT_INSTANCE
                                : PlacementConstraint.Type.MEMBER_OF)
                .setExpression(expression == null ? "" : expression)
                .build();
    }

    private static PlacementStrategy strategy(@Nullable String type, @Nullable String field) {
        PlacementStrategy.Type kind = switch (String.valueOf(type)) {
            case "spread" -> PlacementStrategy.Type.SPREAD;
            case "binpack" -> PlacementStrategy.Type.BINPACK;
            default -> PlacementStrategy.Type.RANDOM;
        };
        return PlacementStrategy.newBuilder()
                .setType(kind)
                .setField(field == null ? "" : field)
                .build();
    }

    private static String architecture(RegisterTaskDefinitionRequest definition) {
        String architecture = definition.runtimePlatform() == null
                ? null
                : definition.runtimePlatform().cpuArchitecture();
        return architecture == null ? "" : architecture.equals("ARM64") ? "arm64" : "amd64";
    }
}
