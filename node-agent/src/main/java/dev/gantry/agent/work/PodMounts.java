package dev.gantry.agent.work;

import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.agent.mount.MountException;
import dev.gantry.agent.mount.NfsMounts;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Mount;
import dev.gantry.proto.NfsVolume;
import dev.gantry.proto.Supply;
import dev.gantry.proto.VolumeSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives pods the volumes of theirs that servers share, for as long as their containers run. */
final class PodMounts {

    private static final Logger LOG = LoggerFactory.getLogger(PodMounts.class);
    private static final int PARENT = 1;
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private final ContainerEngine engine;
    private final boolean isLocal;
    private final NfsMounts mounts;

    /** @param host of the engine; it sees what is mounted here only when it is on this machine */
    PodMounts(ContainerEngine engine, String host, NfsMounts mounts) {
        this.engine = engine;
        this.isLocal = host.startsWith("unix:");
        this.mounts = mounts;
    }

    /** The share that a volume is, by itself or by the claim that it names. */
    static Optional<NfsVolume> share(DesiredWorkload workload, VolumeSpec volume) {
        if (volume.hasNfs()) {
            return Optional.of(volume.getNfs());
        }
        return supply(workload, volume).filter(Supply::hasNfs).map(Supply::getNfs);
    }

    /** What is known of the claim that a volume names. */
    static Optional<Supply> supply(DesiredWorkload workload, VolumeSpec volume) {
        return workload.getSupplies().getSuppliesList().stream()
                .filter(one -> volume.hasClaim()
                        && one.getKind() == Supply.Kind.CLAIM
                        && one.getName().equals(volume.getClaim().getClaim()))
                .findFirst();
    }

    /** Mounts what the container uses; may take a minute. */
    void attach(DesiredWorkload workload, ContainerSpec container) throws InterruptedException {
        Set<String> used =
                container.getMountsList().stream().map(Mount::getVolume).collect(Collectors.toSet());
        for (VolumeSpec volume : workload.getSpec().getVolumesList()) {
            Optional<NfsVolume> share = share(workload, volume).filter(_ -> used.contains(volume.getName()));
            if (share.isPresent()) {
                attach(workload, volume.getName(), share.get());
            }
        }
    }

    private void attach(DesiredWorkload workload, String volume, NfsVolume share) throws InterruptedException {
        if (!NAME.matcher(volume).matches()) {
            throw failed(volume, "its name is none of a volume");
        }
        if (!isLocal) {
            throw failed(
                    volume,
                    "the engine of this node is reached over the network and does not see what is mounted here");
        }
        try {
            String pod = Names.group(workload);
            Path _ = mounts.mount(pod, volume, share);
            if (!mounts.isSeenBy(starter(workload, volume), pod, volume)) {
                throw failed(
                        volume,
                        "the engine of this node does not see what its agent mounts: they run in different mount"
                                + " namespaces");
            }
        } catch (MountException | IOException e) {
            throw failed(volume, String.valueOf(e.getMessage()));
        }
    }

    /** The process that starts the pod's containers: what it sees it can give them. */
    private String starter(DesiredWorkload workload, String volume) throws InterruptedException, IOException {
        Optional<Sighting> sandbox = engine.inspect(Names.container(workload, Sandbox.NAME));
        long process = sandbox.map(Sighting::process).orElse(0L);
        if (process == 0) {
            throw failed(volume, "the sandbox of the pod does not run");
        }
        Path own = Path.of("/proc", Long.toString(process));
        String id = sandbox.get().container().id();
        if (!Files.isReadable(own.resolve("cgroup"))
                || !Files.readString(own.resolve("cgroup")).contains(id)) {
            throw failed(volume, "the engine of this node counts its processes otherwise than its agent");
        }
        // Its name, in brackets, may hold anything.
        String stat = Files.readString(own.resolve("stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[PARENT];
    }

    /** Where an attached volume is. Without it the container would get an empty directory in place of the share. */
    Path place(DesiredWorkload workload, VolumeSpec volume) throws IOException {
        return mounts.mounted(Names.group(workload), volume.getName())
                .orElseThrow(() -> failed(volume.getName(), "it was unmounted"));
    }

    private static RefusedTaskException failed(String volume, String why) {
        return RefusedTaskException.mount("MountVolume.SetUp failed for volume \"" + volume + "\" : " + why);
    }

    /** Nothing of the pod runs any more. */
    void detach(DesiredWorkload workload) throws InterruptedException {
        try {
            mounts.unmount(Names.group(workload));
        } catch (IOException e) {
            throw RefusedTaskException.mount(e.toString());
        }
    }

    /**
     * Unmounts what no pod needs.
     *
     * @param isNeeded whether the pod of a group may use its mounts
     */
    void sweep(Predicate<String> isNeeded) throws InterruptedException {
        try {
            mounts.sweep(isNeeded);
        } catch (IOException e) {
            LOG.warn("Not everything can be unmounted that no pod needs, to be tried again: {}", e.toString());
        }
    }
}
