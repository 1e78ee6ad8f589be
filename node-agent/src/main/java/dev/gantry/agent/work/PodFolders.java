package dev.gantry.agent.work;

import dev.gantry.proto.DesiredWorkload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Where on this machine the files of pods are: on disk, and in memory what shall never be on a disk. */
final class PodFolders {

    private final Path disk;
    private final Path claims;
    private final Path memory;

    /**
     * @param dataDirectory of the agent
     * @param memory a directory of a file system in memory, or one on disk where there is none
     */
    PodFolders(Path dataDirectory, Path memory) {
        this.disk = dataDirectory.resolve("pods");
        this.claims = dataDirectory.resolve("claims");
        this.memory = memory.resolve("pods");
    }

    /** Those of a node on this machine. */
    static PodFolders of(Path dataDirectory, String nodeId) {
        Path run = Path.of("/run");
        try {
            boolean inMemory =
                    Files.isWritable(run) && Files.getFileStore(run).type().equals("tmpfs");
            return new PodFolders(
                    dataDirectory, inMemory ? run.resolve("gantry").resolve(nodeId) : dataDirectory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell what /run is", e);
        }
    }

    /** A volume that outlives pods; nothing here removes it. */
    Path claimed(String volume) throws IOException {
        return made(claims.resolve(volume));
    }

    Path onDisk(DesiredWorkload workload, String name) throws IOException {
        return made(disk.resolve(Names.group(workload)).resolve(name));
    }

    Path inMemory(DesiredWorkload workload, String name) throws IOException {
        return made(memory.resolve(Names.group(workload)).resolve(name));
    }

    private static Path made(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            // Nobody else on this machine may look into it; a container gets only what is below.
            Files.createDirectories(
                    directory.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createDirectories(directory);
        }
        return directory;
    }

    /** Removes everything of the pod. */
    void clear(DesiredWorkload workload) {
        for (Path root : List.of(disk, memory)) {
            try {
                delete(root.resolve(Names.group(workload)));
            } catch (IOException e) {
                throw RefusedTaskException.volume("cannot be removed: " + e);
            }
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @org.jspecify.annotations.Nullable IOException e)
                    throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
