package dev.gantry.agent.mount;

import dev.gantry.agent.program.Program;
import dev.gantry.nfs.NfsRules;
import dev.gantry.proto.NfsVolume;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories of servers that pods of this node use. Nothing here looks into a mounted directory, because that waits for a server which may
 * be gone, and nothing is ever deleted but empty directories that nothing is mounted at.
 */
public final class NfsMounts {

    private static final Logger LOG = LoggerFactory.getLogger(NfsMounts.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration FAREWELL = Duration.ofSeconds(15);
    private static final int ROUNDS_MAX = 64;

    private final String mount;
    private final String umount;
    private final Path root;
    private final Map<Path, FutureTask<Path>> underway = new ConcurrentHashMap<>();

    /** @param dataDirectory of the agent, who leaves its part {@code mounts} alone */
    public NfsMounts(Path dataDirectory) {
        this(dataDirectory, "mount", "umount");
    }

    /** With other programs in place of the machine's. */
    NfsMounts(Path dataDirectory, String mount, String umount) {
        this.mount = mount;
        this.umount = umount;
        this.root = real(dataDirectory).resolve("mounts");
    }

    /** As the kernel calls it. */
    private static Path real(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException _) {
            return directory.toAbsolutePath().normalize(); // It is not there yet, so no link leads to it.
        }
    }

    /** Where a volume of a pod is mounted, or would be. */
    private Path place(String pod, String volume) {
        return root.resolve(pod).resolve(volume);
    }

    /** Where it is mounted now. */
    public Optional<Path> mounted(String pod, String volume) throws IOException {
        return MountTable.own().at(place(pod, volume)).map(MountTable.Mount::place);
    }

    /**
     * Mounts a share for a pod, unless it is mounted. Containers of the pod may ask at the same time.
     *
     * @param pod    a name of letters and digits that it alone has
     * @param volume likewise, within the pod
     * @throws MountException if it cannot be mounted, or not in time
     */
    public Path mount(String pod, String volume, NfsVolume share)
            throws MountException, IOException, InterruptedException {
        Path place = place(pod, volume);
        FutureTask<Path> own = new FutureTask<>(() -> mount(place, share));
        FutureTask<Path> earlier = underway.putIfAbsent(place, own);
        if (earlier == null) {
            own.run();
            underway.remove(place);
        }
        return result(earlier == null ? own : earlier);
    }

    private static Path result(FutureTask<Path> task) throws MountException, IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case MountException refused -> throw refused;
                case IOException failed -> throw failed;
                case InterruptedException _ -> throw new InterruptedException();
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private Path mount(Path place, NfsVolume share) throws MountException, IOException, InterruptedException {
        if (MountTable.own().at(place).isPresent()) {
            return place;
        }
        Optional<String> problem = NfsRules.problem(share);
        if (problem.isPresent()) {
            throw new MountException(problem.get());
        }
        Files.createDirectories(
                place, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        List<String> words = words(share, place);
        try {
            String _ = new Program(words, PATIENCE).run("");
        } catch (IOException e) {
            throw new MountException("mount failed: " + e.getMessage() + "; the command was: " + String.join(" ", words)
                    + NfsAbility.ofThisMachine()
                            .remedy()
                            .map(what -> "; " + what)
                            .orElse(""));
        }
        if (MountTable.own().at(place).isEmpty()) {
            throw new MountException("mount said that all went well, but nothing is mounted; the command was: "
                    + String.join(" ", words));
        }
        LOG.info("Mounted {}:{} at {}", share.getServer(), share.getPath(), place);
        return place;
    }

    /** No shell sees them, and none begins with a dash that the rules of shares let through. */
    List<String> words(NfsVolume share, Path place) {
        List<String> options = new ArrayList<>(share.getOptionsList());
        if (share.getReadOnly()) {
            options.add("ro");
        }
        List<String> words = new ArrayList<>(List.of(mount, "-t", "nfs"));
        if (!options.isEmpty()) {
            words.addAll(List.of("-o", String.join(",", options)));
        }
        String server = share.getServer().contains(":") ? "[" + share.getServer() + "]" : share.getServer();
        words.addAll(List.of(server + ":" + share.getPath(), place.toString()));
        return words;
    }

    /** Whether another process sees what is mounted for the volume, as this one does. */
    public boolean isSeenBy(String process, String pod, String volume) throws IOException {
        Optional<MountTable.Mount> own = MountTable.own().at(place(pod, volume));
        return own.isPresent() && MountTable.of(process).at(place(pod, volume)).equals(own);
    }

    /** Unmounts all that is mounted for a pod. What is still in use, or whose server does not answer, goes when that ends. */
    public void unmount(String pod) throws IOException, InterruptedException {
        Path directory = root.resolve(pod);
        for (int round = 0; round < ROUNDS_MAX; round++) {
            Optional<MountTable.Mount> next =
                    MountTable.own().below(directory).stream().findFirst();
            if (next.isEmpty()) {
                removeEmpty(directory);
                return;
            }
            unmount(next.get().place());
        }
        throw new IOException("more than " + ROUNDS_MAX + " mounts below " + directory);
    }

    private void unmount(Path place) throws IOException, InterruptedException {
        try {
            String _ = Program.of(umount, place.toString()).within(FAREWELL).run("");
            LOG.info("Unmounted {}", place);
        } catch (Program.FailedException e) {
            if (MountTable.own().at(place).isEmpty()) {
                return; // Somebody else was faster.
            }
            LOG.warn("{} leaves the tree of directories now, and is unmounted later: {}", place, e.getMessage());
            String _ =
                    Program.of(umount, "-l", place.toString()).within(FAREWELL).run("");
        }
    }

    private static void removeEmpty(Path directory) throws IOException {
        for (String volume : names(directory)) {
            boolean _ = Files.deleteIfExists(directory.resolve(volume));
        }
        boolean _ = Files.deleteIfExists(directory);
    }

    private static List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            }
        }
        return names;
    }

    /**
     * Unmounts what an earlier agent left mounted for pods that need it no more.
     *
     * @param isNeeded whether a pod may use its mounts, or may begin to
     */
    public void sweep(Predicate<String> isNeeded) throws IOException, InterruptedException {
        Set<String> pods = new HashSet<>(names(root));
        for (String pod : pods) {
            if (!isNeeded.test(pod)) {
                unmount(pod);
            }
        }
    }
}
