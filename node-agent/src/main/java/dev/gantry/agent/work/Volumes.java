package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.Labels;
import dev.gantry.nfs.NfsRules;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.DockerVolume;
import dev.gantry.proto.Mount;
import dev.gantry.proto.NfsVolume;
import dev.gantry.proto.VolumeSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Gives containers their volumes, and takes those of a workload away with it. */
final class Volumes {

    private static final String LOCAL = "local";
    /** With the id of a file system: where it is, as the node's owner says. */
    static final String EFS_ATTRIBUTE = "gantry.efs.";

    private final ContainerEngine engine;
    private final AgentSettings settings;
    private final HostPaths hostPaths;

    Volumes(ContainerEngine engine, AgentSettings settings, HostPaths hostPaths) {
        this.engine = engine;
        this.settings = settings;
        this.hostPaths = hostPaths;
    }

    /** What the container mounts; makes what is not there. */
    List<Creation.Bind> binds(DesiredWorkload workload, ContainerSpec container) throws InterruptedException {
        List<Creation.Bind> binds = new ArrayList<>();
        for (Mount mount : container.getMountsList()) {
            VolumeSpec volume = workload.getSpec().getVolumesList().stream()
                    .filter(each -> each.getName().equals(mount.getVolume()))
                    .findFirst()
                    .orElseThrow(() -> RefusedTaskException.volume(
                            "container " + container.getName() + " mounts an unknown volume " + mount.getVolume()));
            // What others keep on a server is not added to from an image.
            binds.add(new Creation.Bind(
                    source(workload, volume), mount.getContainerPath(), mount.getReadOnly(), volume.hasEfs()));
        }
        return binds;
    }

    private String source(DesiredWorkload workload, VolumeSpec volume) throws InterruptedException {
        return switch (volume.getSourceCase()) {
            case EFS -> own(workload, volume, shared(volume));
            case HOST_PATH -> hostPaths.mountable(volume.getHostPath()).toString();
            case DOCKER -> docker(workload, volume);
            case EMPTY, PROJECTION, CLAIM, NFS ->
                throw RefusedTaskException.volume("volume " + volume.getName() + " is one of a pod");
            case SCRATCH, SOURCE_NOT_SET -> own(workload, volume, DockerVolume.getDefaultInstance());
        };
    }

    /** A file system as the engine mounts it, from where this node's owner says that it is. */
    private DockerVolume shared(VolumeSpec volume) {
        String id = volume.getEfs().getFileSystemId();
        String place = settings.machine().attributes().getOrDefault(EFS_ATTRIBUTE + id, "");
        int border = place.lastIndexOf(":/");
        if (border <= 0) {
            throw RefusedTaskException.volume("volume " + volume.getName() + ": this node does not know where " + id
                    + " is; the option --attributes " + EFS_ATTRIBUTE + id + "=SERVER:/DIRECTORY of its agent tells");
        }
        String directory = place.substring(border + 1).replaceFirst("/+$", "");
        NfsVolume share = NfsVolume.newBuilder()
                .setServer(place.substring(0, border))
                .setPath(directory + "/" + volume.getEfs().getRootDirectory().replaceFirst("^/+", ""))
                .build();
        NfsRules.problem(share).ifPresent(problem -> {
            throw RefusedTaskException.volume("volume " + volume.getName() + ": " + id + " is at " + place
                    + ", which cannot be mounted: " + problem);
        });
        return DockerVolume.newBuilder()
                .putDriverOptions("type", "nfs")
                .putDriverOptions("o", "addr=" + share.getServer() + ",nfsvers=4")
                .putDriverOptions("device", ":" + share.getPath())
                .build();
    }

    private String docker(DesiredWorkload workload, VolumeSpec volume) throws InterruptedException {
        DockerVolume docker = volume.getDocker();
        check(volume.getName(), docker);
        if (!docker.getShared()) {
            return own(workload, volume, docker);
        }
        boolean present = call(() -> engine.hasVolume(volume.getName()));
        if (!present && !docker.getAutoprovision()) {
            throw RefusedTaskException.volume(
                    "shared volume " + volume.getName() + " does not exist on this node, and autoprovision is off");
        }
        if (!present) {
            create(volume.getName(), docker, docker.getLabelsMap());
        }
        return volume.getName();
    }

    private String own(DesiredWorkload workload, VolumeSpec volume, DockerVolume docker) throws InterruptedException {
        Map<String, String> labels = new HashMap<>(docker.getLabelsMap());
        labels.put(Labels.NODE, settings.nodeId());
        labels.put(Labels.WORKLOAD, Names.key(workload));
        String name = Names.volume(workload, volume.getName());
        create(name, docker, labels);
        return name;
    }

    private void create(String name, DockerVolume docker, Map<String, String> labels) throws InterruptedException {
        String driver = docker.getDriver().isEmpty() ? LOCAL : docker.getDriver();
        call(() -> {
            engine.createVolume(name, driver, docker.getDriverOptionsMap(), labels);
            return true;
        });
    }

    /** A call to the engine. */
    private interface Call<T> {
        T run() throws InterruptedException;
    }

    private static <T> T call(Call<T> call) throws InterruptedException {
        try {
            return call.run();
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.UNREACHABLE) {
                throw e;
            }
            throw RefusedTaskException.volume(e.text());
        }
    }

    /** The local driver can mount anything of the machine: only types that the owner named, and never a directory. */
    private void check(String name, DockerVolume docker) {
        String driver = docker.getDriver().isEmpty() ? LOCAL : docker.getDriver();
        if (!settings.allowed().volumeDrivers().contains(driver)) {
            throw RefusedTaskException.volume(
                    "volume " + name + ": the driver " + driver + " is not allowed by the settings of this node");
        }
        Map<String, String> options = docker.getDriverOptionsMap();
        if (options.isEmpty() || !driver.equals(LOCAL)) {
            return;
        }
        String type = options.getOrDefault("type", "");
        boolean binds = List.of(options.getOrDefault("o", "").split(",", -1)).stream()
                .anyMatch(option -> option.equals("bind") || option.equals("rbind"));
        boolean known = Set.of("type", "device", "o").containsAll(options.keySet());
        if (binds || !known || !settings.allowed().volumeTypes().contains(type)) {
            throw RefusedTaskException.volume("volume " + name + ": the driver options " + options
                    + " are not allowed by the settings of this node");
        }
    }

    /** Removes the workload's own volumes. */
    void clear(DesiredWorkload workload) throws InterruptedException {
        for (String name : own(workload)) {
            engine.removeVolume(name);
        }
    }

    private static Set<String> own(DesiredWorkload workload) {
        return workload.getSpec().getVolumesList().stream()
                .filter(volume -> !volume.hasHostPath() && !volume.getDocker().getShared())
                .map(volume -> Names.volume(workload, volume.getName()))
                .collect(Collectors.toSet());
    }

    /** Removes volumes of workloads that this node no longer knows. */
    void removeOrphans(List<DesiredWorkload> known) throws InterruptedException {
        Set<String> needed =
                known.stream().flatMap(workload -> own(workload).stream()).collect(Collectors.toSet());
        for (String name : engine.unusedVolumes()) {
            if (!needed.contains(name)) {
                engine.removeVolume(name);
            }
        }
    }
}
