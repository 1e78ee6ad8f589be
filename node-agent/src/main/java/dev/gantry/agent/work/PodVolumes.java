package dev.gantry.agent.work;

import com.google.protobuf.ByteString;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.Labels;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.EmptyDirectory;
import dev.gantry.proto.Mount;
import dev.gantry.proto.ProjectionSource;
import dev.gantry.proto.Supply;
import dev.gantry.proto.VolumeSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gives the containers of pods their volumes: directories that this agent writes, and file systems in memory that the sandbox holds. */
final class PodVolumes {

    private static final int WORDS_BYTES_MAX = 4096;

    private final ContainerEngine engine;
    private final String nodeId;
    private final HostPaths hostPaths;
    private final PodFolders folders;
    private final PodMounts mounts;

    PodVolumes(ContainerEngine engine, String nodeId, HostPaths hostPaths, PodFolders folders, PodMounts mounts) {
        this.mounts = mounts;
        this.engine = engine;
        this.nodeId = nodeId;
        this.hostPaths = hostPaths;
        this.folders = folders;
    }

    /** What the container mounts; makes what is not there. */
    List<Creation.Bind> binds(DesiredWorkload workload, ContainerSpec container) throws InterruptedException {
        try {
            return container.getName().equals(Sandbox.NAME) ? held(workload) : mounted(workload, container);
        } catch (IOException e) {
            throw RefusedTaskException.volume("the volumes of the pod cannot be written: " + e);
        }
    }

    /** A volume in memory is gone when no container uses it: so the sandbox does, as long as the pod lives. */
    private List<Creation.Bind> held(DesiredWorkload workload) throws InterruptedException {
        List<Creation.Bind> binds = new ArrayList<>();
        for (VolumeSpec volume : workload.getSpec().getVolumesList()) {
            if (volume.getEmpty().getMemory()) {
                binds.add(new Creation.Bind(inMemory(workload, volume), "/volumes/" + volume.getName(), true, true));
            }
        }
        return binds;
    }

    private List<Creation.Bind> mounted(DesiredWorkload workload, ContainerSpec container)
            throws IOException, InterruptedException {
        List<Creation.Bind> binds = new ArrayList<>();
        for (Mount mount : container.getMountsList()) {
            VolumeSpec volume = workload.getSpec().getVolumesList().stream()
                    .filter(each -> each.getName().equals(mount.getVolume()))
                    .findFirst()
                    .orElseThrow(() -> RefusedTaskException.volume("there is no volume " + mount.getVolume()));
            String source = within(source(workload, volume), volume, mount.getSubPath());
            boolean readOnly = mount.getReadOnly() || volume.getClaim().getReadOnly();
            binds.add(new Creation.Bind(source, mount.getContainerPath(), readOnly, !source.startsWith("/")));
        }
        String words = container.getPod().getTerminationMessagePath();
        if (!words.isEmpty()) {
            Path file = wordsFile(workload, container.getName());
            Files.writeString(file, "");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
            binds.add(new Creation.Bind(file.toString(), words, false));
        }
        return binds;
    }

    private Path wordsFile(DesiredWorkload workload, String container) throws IOException {
        return folders.onDisk(workload, "ends").resolve(container);
    }

    /** What the container left behind at its termination message path. */
    String words(DesiredWorkload workload, String container) {
        try {
            Path file = wordsFile(workload, container);
            if (!Files.isRegularFile(file)) {
                return "";
            }
            try (var content = Files.newInputStream(file)) {
                return new String(content.readNBytes(WORDS_BYTES_MAX), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            return "";
        }
    }

    private String source(DesiredWorkload workload, VolumeSpec volume) throws IOException, InterruptedException {
        return switch (volume.getSourceCase()) {
            case HOST_PATH -> hostPath(volume.getHostPath(), volume.getHostPathType());
            case EMPTY ->
                volume.getEmpty().getMemory()
                        ? inMemory(workload, volume)
                        : onDisk(workload, volume).toString();
            case PROJECTION -> projected(workload, volume).toString();
            case CLAIM -> claimed(workload, volume);
            case NFS -> mounts.place(workload, volume).toString();
            default -> throw RefusedTaskException.volume("volume " + volume.getName() + " is of no kind for pods");
        };
    }

    private String claimed(DesiredWorkload workload, VolumeSpec volume) throws IOException {
        String claim = volume.getClaim().getClaim();
        Supply supply = PodMounts.supply(workload, volume)
                .orElseThrow(() -> RefusedTaskException.volume("there is no claim " + claim));
        return switch (supply.getPlaceCase()) {
            case NFS -> mounts.place(workload, volume).toString();
            case HOST -> hostPath(supply.getHost().getPath(), supply.getHost().getType());
            case PLACE_NOT_SET -> ofThisNode(workload, claim, supply).toString();
        };
    }

    /** On another node there would be an empty directory in place of the volume. */
    private Path ofThisNode(DesiredWorkload workload, String claim, Supply supply) throws IOException {
        String node = supply.getDataOrDefault("node", ByteString.EMPTY).toStringUtf8();
        String name = supply.getDataOrDefault("volume", ByteString.EMPTY).toStringUtf8();
        if (!node.equals(nodeId) || !name.matches("pvc-[0-9a-f-]+")) {
            throw RefusedTaskException.volume("the volume of the claim " + claim + " is not on this node");
        }
        Path directory = folders.claimed(name);
        open(directory, group(workload));
        return directory;
    }

    private String hostPath(String wanted, String type) {
        Path path = Path.of(wanted);
        boolean fits = switch (type) {
            case "Directory" -> Files.isDirectory(path);
            case "File" -> Files.isRegularFile(path);
            case "Socket" -> Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
            default -> true;
        };
        if (!fits) {
            throw RefusedTaskException.volume("hostPath type check failed: " + wanted + " is not a " + type);
        }
        return hostPaths.mountable(wanted).toString();
    }

    private Path onDisk(DesiredWorkload workload, VolumeSpec volume) throws IOException {
        Path directory = folders.onDisk(workload, "volume-" + volume.getName());
        open(directory, group(workload));
        return directory;
    }

    private static void open(Path directory, Optional<Long> group) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        if (group.isPresent()) {
            Files.setAttribute(directory, "unix:gid", Math.toIntExact(group.get()));
        }
    }

    private static Optional<Long> group(DesiredWorkload workload) {
        return workload.getSpec().getPod().hasVolumeGroup()
                ? Optional.of(workload.getSpec().getPod().getVolumeGroup())
                : Optional.empty();
    }

    private String inMemory(DesiredWorkload workload, VolumeSpec volume) throws InterruptedException {
        EmptyDirectory empty = volume.getEmpty();
        String size = empty.getSizeBytes() > 0 ? ",size=" + empty.getSizeBytes() : "";
        String group = group(workload).map(id -> ",gid=" + id).orElse("");
        String name = Names.volume(workload, volume.getName());
        try {
            engine.createVolume(
                    name,
                    "local",
                    Map.of("type", "tmpfs", "device", "tmpfs", "o", "mode=1777" + size + group),
                    Map.of(Labels.NODE, nodeId, Labels.WORKLOAD, Names.key(workload)));
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.UNREACHABLE) {
                throw e;
            }
            throw RefusedTaskException.volume(e.text());
        }
        return name;
    }

    private Path projected(DesiredWorkload workload, VolumeSpec volume) throws IOException {
        boolean secret = volume.getProjection().getSourcesList().stream()
                .filter(ProjectionSource::hasSupply)
                .map(source -> source.getSupply().getKind())
                .anyMatch(kind -> kind == Supply.Kind.SECRET || kind == Supply.Kind.TOKEN);
        String name = "volume-" + volume.getName();
        Path directory = secret ? folders.inMemory(workload, name) : folders.onDisk(workload, name);
        ProjectedFiles.of(volume.getProjection(), workload.getSupplies()).writeTo(directory, group(workload));
        return directory;
    }

    /** Part of a volume. What the path leads to counts, because containers may have put links there. */
    private static String within(String source, VolumeSpec volume, String subPath) throws IOException {
        if (subPath.isEmpty()) {
            return source;
        }
        if (volume.getEmpty().getMemory()) {
            throw RefusedTaskException.hostConfig("subPath of a volume in memory is not available on this node");
        }
        Path root = Path.of(source).toRealPath();
        Path part = root.resolve(subPath).normalize();
        if (part.startsWith(root) && !Files.exists(part) && !volume.hasProjection()) {
            Files.createDirectories(part);
        }
        Path real = part.toRealPath();
        if (!part.startsWith(root) || !real.startsWith(root)) {
            throw RefusedTaskException.hostConfig("the subPath " + subPath + " leads out of its volume");
        }
        return real.toString();
    }

    /** Writes anew what changed in the volumes that containers have mounted. */
    void refresh(DesiredWorkload workload) throws IOException {
        for (VolumeSpec volume : workload.getSpec().getVolumesList()) {
            if (volume.hasProjection()) {
                projected(workload, volume);
            }
        }
    }

    void clear(DesiredWorkload workload) throws InterruptedException {
        folders.clear(workload);
        for (VolumeSpec volume : workload.getSpec().getVolumesList()) {
            if (volume.getEmpty().getMemory()) {
                engine.removeVolume(Names.volume(workload, volume.getName()));
            }
        }
        mounts.detach(workload);
    }
}
