package dev.gantry.agent.work;

import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.WorkloadReport;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal on disk. Records are appended; a torn last one is dropped when read again. Nothing begins unless its end will find room on the
 * disk.
 */
public final class JournalFile implements Journal, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JournalFile.class);
    private static final byte BEGUN = 1;
    private static final byte SEEN = 2;
    private static final byte FORGOTTEN = 3;
    private static final int HEADER_BYTES = 12;
    private static final int RECORD_BYTES_MAX = 16 << 20;
    private static final long COMPACT_BYTES_MIN = 4L << 20;

    private final Path file;
    private final Disk disk;
    private final Reserve reserve;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock forcing = new ReentrantLock();
    private final Map<String, Entry> entries = new HashMap<>();
    private FileChannel channel;
    private long written;
    private long forced;
    private long compactAtBytes = COMPACT_BYTES_MIN;

    /** Where files are made; a test's can be full. */
    @FunctionalInterface
    interface Disk {
        FileChannel open(Path file, OpenOption... options) throws IOException;
    }

    /** What a file says, and how much of it is whole records. */
    private record Content(Map<String, Entry> entries, long wholeBytes) {}

    private JournalFile(Path file, Disk disk, Reserve reserve, FileChannel channel) {
        this.file = file;
        this.disk = disk;
        this.reserve = reserve;
        this.channel = channel;
    }

    /** Opens the journal in a directory, making both when they are not there. */
    public static JournalFile open(Path directory) {
        return open(directory, FileChannel::open);
    }

    static JournalFile open(Path directory, Disk disk) {
        try {
            // What is in there is nobody else's business.
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path file = directory.resolve("workloads.journal");
            Content found = Files.exists(file) ? read(file) : new Content(Map.of(), 0);
            Reserve reserve = new Reserve(directory.resolve("workloads.reserve"), disk);
            JournalFile journal = new JournalFile(file, disk, reserve, channel(disk, file));
            journal.entries.putAll(found.entries());
            journal.tidy(found.wholeBytes());
            return journal;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the journal in " + directory, e);
        }
    }

    private static FileChannel channel(Disk disk, Path file) throws IOException {
        return disk.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    /** Begins with a small file; where there is no room to write it, the old one goes on after its last whole record. */
    private void tidy(long wholeBytes) throws IOException {
        try {
            compact();
        } catch (IOException e) {
            LOG.warn("The journal {} cannot be rewritten and goes on as it is: {}", file, e.getMessage());
            channel.truncate(wholeBytes);
        }
        try {
            reserve.hold();
        } catch (IOException e) {
            LOG.warn(
                    "There is no room for a reserve beside the journal {}, so nothing will begin: {}",
                    file,
                    e.getMessage());
        }
    }

    @Override
    public Map<String, Entry> entries() {
        writing.lock();
        try {
            return new TreeMap<>(entries);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void begin(String scope, String id, String container) {
        WorkloadReport record = WorkloadReport.newBuilder()
                .setScope(scope)
                .setId(id)
                .setObserved(Observation.newBuilder()
                        .addContainers(ContainerStatus.newBuilder().setName(container)))
                .build();
        holdReserve();
        force(append(BEGUN, record));
    }

    private void holdReserve() {
        writing.lock();
        try {
            reserve.hold();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hold room back beside the journal " + file, e);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void remember(WorkloadReport report) {
        if (report.getObserved().getPhase() == Phase.STOPPED) {
            force(appendEnd(report));
        } else {
            append(SEEN, report);
        }
    }

    private long appendEnd(WorkloadReport report) {
        try {
            return append(SEEN, report);
        } catch (UncheckedIOException e) {
            if (!spendReserve()) {
                throw e;
            }
            LOG.warn("The journal {} goes on in its reserve: {}", file, e.getMessage());
            return append(SEEN, report);
        }
    }

    private boolean spendReserve() {
        writing.lock();
        try {
            return reserve.spend();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the journal " + file, e);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void forget(String scope, String id) {
        append(FORGOTTEN, WorkloadReport.newBuilder().setScope(scope).setId(id).build());
    }

    private long append(byte type, WorkloadReport record) {
        writing.lock();
        try {
            writeWhole(type, record);
            learn(entries, type, record);
            written++;
            if (channel.size() > compactAtBytes) {
                compactIfPossible();
            }
            return written;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the journal " + file, e);
        } finally {
            writing.unlock();
        }
    }

    /** A disk that is full takes a part of a record: what follows a part would never be read again. */
    private void writeWhole(byte type, WorkloadReport record) throws IOException {
        long before = channel.size();
        try {
            write(channel, type, record);
        } catch (IOException e) {
            channel.truncate(before);
            throw e;
        }
    }

    /** One thread's force serves all records written before it. */
    private void force(long record) {
        forcing.lock();
        try {
            if (forced < record) {
                long upTo;
                FileChannel open;
                writing.lock();
                try {
                    upTo = written;
                    open = channel;
                } finally {
                    writing.unlock();
                }
                if (open.isOpen()) { // Else it was compacted meanwhile, which forced everything.
                    open.force(false);
                }
                forced = upTo;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the journal " + file, e);
        } finally {
            forcing.unlock();
        }
    }

    private static void write(FileChannel channel, byte type, WorkloadReport record) throws IOException {
        byte[] body = record.toByteArray();
        CRC32 sum = new CRC32();
        sum.update(type);
        sum.update(body);
        ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + 1 + body.length);
        buffer.putInt(body.length + 1)
                .putLong(sum.getValue())
                .put(type)
                .put(body)
                .flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static void learn(Map<String, Entry> entries, byte type, WorkloadReport record) {
        String key = record.getScope() + "/" + record.getId();
        Entry known = entries.getOrDefault(
                key, new Entry(record.toBuilder().clearObserved().build(), Set.of()));
        switch (type) {
            case BEGUN -> {
                Set<String> begun = new HashSet<>(known.begun());
                record.getObserved().getContainersList().forEach(container -> begun.add(container.getName()));
                entries.put(key, new Entry(known.report(), begun));
            }
            case SEEN -> entries.put(key, new Entry(record, known.begun()));
            default -> entries.remove(key);
        }
    }

    private static Content read(Path file) throws IOException {
        Map<String, Entry> entries = new HashMap<>();
        byte[] all = Files.readAllBytes(file);
        long whole = 0;
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(all))) {
            while (in.available() > 0) {
                int length = in.readInt();
                long sum = in.readLong();
                if (length < 1 || length > RECORD_BYTES_MAX) {
                    throw new EOFException();
                }
                byte[] body = new byte[length];
                in.readFully(body);
                CRC32 actual = new CRC32();
                actual.update(body);
                if (actual.getValue() != sum) {
                    throw new EOFException();
                }
                WorkloadReport record = WorkloadReport.parseFrom(
                        ByteBuffer.wrap(body, 1, length - 1).slice());
                learn(entries, body[0], record);
                whole = all.length - in.available();
            }
        } catch (EOFException _) {
            LOG.warn("The journal {} ends in a torn record, which is dropped", file);
        }
        return new Content(entries, whole);
    }

    /** What was appended is kept either way, and the file may grow until the next try. */
    private void compactIfPossible() throws IOException {
        try {
            compact();
        } catch (IOException e) {
            compactAtBytes = channel.size() + COMPACT_BYTES_MIN;
            LOG.warn("The journal {} cannot be rewritten and grows: {}", file, e.getMessage());
        }
    }

    /** Rewrites the journal as what it says now. Called with the lock held, or before anybody else knows of it. */
    private void compact() throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        FileChannel renewed;
        try (FileChannel out = disk.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (Entry entry : entries.values()) {
                write(out, SEEN, entry.report());
                Observation.Builder begun = Observation.newBuilder();
                entry.begun()
                        .forEach(name ->
                                begun.addContainers(ContainerStatus.newBuilder().setName(name)));
                write(out, BEGUN, entry.report().toBuilder().setObserved(begun).build());
            }
            out.force(true);
            compactAtBytes = Math.max(COMPACT_BYTES_MIN, 4 * out.size());
            // Opened under its old name: once the file is in place, nothing may fail any more.
            renewed = channel(disk, next);
        } catch (IOException e) {
            // Half a file takes room that is needed now.
            Files.deleteIfExists(next);
            throw e;
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        FileChannel old = channel;
        channel = renewed;
        old.close();
    }

    @Override
    public void close() {
        writing.lock();
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writing.unlock();
        }
    }
}
