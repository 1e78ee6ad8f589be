package dev.gantry.controller.aws;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes the audit log to a file, one JSON object a line. A full file moves to {@code <name>.1}, the one before it to
 * {@code <name>.2}, and so on; the oldest goes. An entry is with the operating system when {@link #record} returns: it
 * survives the process, not the machine.
 */
public final class AuditFile implements AuditLog, AutoCloseable {

    private final Path path;
    private final long bytesMax;
    private final int filesKept;
    // Held for one short write at a time; a virtual thread that waits for it does not keep a carrier.
    private final ReentrantLock lock = new ReentrantLock();
    private FileChannel channel;

    /**
     * @param bytesMax  of one file
     * @param filesKept beside the current one
     */
    public AuditFile(Path path, long bytesMax, int filesKept) throws IOException {
        this.path = path;
        this.bytesMax = bytesMax;
        this.filesKept = filesKept;
        this.channel = open(path);
    }

    @Override
    public void record(Entry entry) throws IOException {
        ByteBuffer line = ByteBuffer.wrap((line(entry) + "\n").getBytes(StandardCharsets.UTF_8));
        lock.lock();
        try {
            if (!channel.isOpen()) {
                channel = open(path);
            }
            if (channel.size() > 0 && channel.size() + line.remaining() > bytesMax) {
                rotate();
            }
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            channel.close();
        } finally {
            lock.unlock();
        }
    }

    private static String line(Entry entry) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("time", entry.time().toString())
                .put("principal", entry.principal())
                .put("operation", entry.operation())
                .put("source", entry.source())
                .put("requestId", entry.requestId())
                .put("outcome", entry.outcome())
                .toString();
    }

    private void rotate() throws IOException {
        channel.close();
        for (int age = filesKept; age > 0; age--) {
            move(age == 1 ? path : aged(age - 1), aged(age));
        }
        if (filesKept == 0) {
            Files.deleteIfExists(path);
        }
        channel = open(path);
    }

    private Path aged(int age) {
        return path.resolveSibling(path.getFileName() + "." + age);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException _) {
            // There are not that many files yet.
        }
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
