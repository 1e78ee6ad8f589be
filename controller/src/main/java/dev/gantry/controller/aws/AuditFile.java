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

    private static final byte[] NEW_LINE = {'\n'};

    private final Path path;
    private final long bytesMax;
    private final int filesKept;
    // Held for one short write at a time; a virtual thread that waits for it does not keep a carrier.
    private final ReentrantLock lock = new ReentrantLock();
    private FileChannel channel;
    /** Whether the last write is known to have ended a line. */
    private boolean whole;

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
        byte[] line = (line(entry) + "\n").getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            if (!channel.isOpen()) {
                channel = open(path);
            }
            if (channel.size() > 0 && channel.size() + line.length > bytesMax) {
                rotate();
            }
            append(line);
        } finally {
            lock.unlock();
        }
    }

    /** A full disk, or a kill, leaves a part of a line, which must not spoil the next one. */
    private void append(byte[] line) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(line);
        try {
            if (endsInsideALine()) {
                channel.write(ByteBuffer.wrap(NEW_LINE));
            }
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            whole = true;
        } catch (IOException e) {
            whole = false;
            throw e;
        }
    }

    private boolean endsInsideALine() throws IOException {
        if (whole || channel.size() == 0) {
            return false;
        }
        try (FileChannel reader = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            reader.read(last, reader.size() - 1);
            return last.get(0) != NEW_LINE[0];
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
