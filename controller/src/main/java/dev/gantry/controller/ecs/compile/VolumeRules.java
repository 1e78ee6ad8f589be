package dev.gantry.controller.ecs.compile;

import static dev.gantry.controller.ecs.compile.Rule.present;
import static dev.gantry.controller.ecs.compile.Rule.require;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.DockerVolumeConfiguration;
import dev.gantry.aws.ecs.EFSVolumeConfiguration;
import dev.gantry.aws.ecs.MountPoint;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.Volume;
import dev.gantry.aws.ecs.VolumeFrom;
import dev.gantry.controller.ecs.document.EcsLookup;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Volumes, mount points and volumes of other containers. */
final class VolumeRules {

    private VolumeRules() {}

    static void check(RegisterTaskDefinitionRequest definition) {
        Set<String> volumes = new HashSet<>();
        for (Volume volume : definition.volumesOrEmpty()) {
            String name = present(volume.name(), "Volume.name should not be null or empty.");
            require(EcsLookup.isName(name), "Volume.name contains invalid characters.");
            require(volumes.add(name), "Volume names must be unique. Duplicate volume name: '" + name + "'.");
            checkSource(volume, name);
        }
        Set<String> containers = new HashSet<>();
        definition.containerDefinitions().forEach(container -> containers.add(String.valueOf(container.name())));
        for (ContainerDefinition container : definition.containerDefinitions()) {
            checkMounts(container, volumes);
            checkVolumesFrom(container, containers);
        }
    }

    private static void checkSource(Volume volume, String name) {
        long sources = Stream.of(
                        volume.host(),
                        volume.dockerVolumeConfiguration(),
                        volume.efsVolumeConfiguration(),
                        volume.s3filesVolumeConfiguration(),
                        volume.fsxWindowsFileServerVolumeConfiguration())
                .filter(Objects::nonNull)
                .count();
        require(sources <= 1, "Only one volume configuration may be given for volume '" + name + "'.");
        require(
                sources == 0 || !Boolean.TRUE.equals(volume.configuredAtLaunch()),
                "Volume '" + name + "' is configured at launch and cannot have a configuration of its own.");
        String hostPath = volume.host() == null ? null : volume.host().sourcePath();
        require(
                hostPath == null || hostPath.startsWith("/"),
                "The host sourcePath of volume '" + name + "' must be an absolute path.");
        checkEfs(volume.efsVolumeConfiguration(), name);
        DockerVolumeConfiguration docker = volume.dockerVolumeConfiguration();
        require(
                docker == null || !Boolean.TRUE.equals(docker.autoprovision()) || "shared".equals(docker.scope()),
                "Autoprovision of volume '" + name + "' is only supported with scope 'shared'.");
    }

    private static void checkEfs(@Nullable EFSVolumeConfiguration efs, String name) {
        if (efs == null) {
            return;
        }
        require(
                efs.fileSystemId().matches("fs-[A-Za-z0-9]{1,40}"),
                "The fileSystemId of volume '" + name + "' must be like fs-12345678.");
        String root = efs.rootDirectory();
        require(
                root == null
                        || root.startsWith("/") && !List.of(root.split("/")).contains(".."),
                "The rootDirectory of volume '" + name + "' must be an absolute path without '..'.");
    }

    private static void checkMounts(ContainerDefinition container, Set<String> volumes) {
        String name = String.valueOf(container.name());
        Set<String> paths = new HashSet<>();
        for (MountPoint mount : container.mountPointsOrEmpty()) {
            String volume = mount.sourceVolume();
            require(volume != null && volumes.contains(volume), "Unknown volume '" + volume + "'.");
            String path = mount.containerPath();
            require(
                    path != null && path.startsWith("/"),
                    name,
                    "A mount point's 'containerPath' must be an absolute path.");
            require(paths.add(path), name, "Several mount points have the 'containerPath' '" + path + "'.");
        }
    }

    private static void checkVolumesFrom(ContainerDefinition container, Set<String> containers) {
        String name = String.valueOf(container.name());
        for (VolumeFrom from : container.volumesFromOrEmpty()) {
            String source = present(from.sourceContainer(), name, "volumesFrom needs a \'sourceContainer\'.");
            require(containers.contains(source), name, "Unknown container in volumesFrom: '" + source + "'.");
            require(!source.equals(name), name, "A container cannot take volumes from itself.");
        }
    }
}
