package dev.gantry.agent.work;

import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Output;
import dev.gantry.agent.engine.Output.Channel;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.LogsRequest;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What containers of pods wrote in the run before the present one, in a file of the pod: the last lines, each with its time and where it was
 * written. The next run must not wait for it: of a log that cannot be read in time is kept what was read until then.
 *
 * @param deadline for the reading of one log
 */
record PreviousLogs(ContainerEngine engine, PodFolders folders, Duration deadline) {

    private static final Logger LOG = LoggerFactory.getLogger(PreviousLogs.class);
    private static final int LINES_MAX = 50_000;
    private static final int BYTES_MAX = 4 << 20;

    PreviousLogs(ContainerEngine engine, PodFolders folders) {
        this(engine, folders, Duration.ofSeconds(10));
    }

    /** @param bytes begin with the time of the line and a space; end with the line's end */
    private record Line(Channel channel, byte[] bytes) {

        Instant time() {
            int space = space();
            try {
                return Instant.parse(new String(bytes, 0, Math.max(space, 0), StandardCharsets.US_ASCII));
            } catch (DateTimeException _) {
                return Instant.EPOCH;
            }
        }

        byte[] text() {
            return Arrays.copyOfRange(bytes, space() + 1, bytes.length);
        }

        private int space() {
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] == ' ') {
                    return i;
                }
            }
            return -1;
        }
    }

    /** The last lines that fit. Whoever gave up waiting for the rest takes them while it may still come. */
    private static final class Lines implements Output {

        private final Deque<Line> last = new ArrayDeque<>();
        private final Map<Channel, ByteArrayOutputStream> begun = new EnumMap<>(Channel.class);
        private long bytes;
        private boolean taken;

        @Override
        public synchronized boolean write(Channel channel, byte[] chunk) {
            if (taken) {
                return false;
            }
            ByteArrayOutputStream line = begun.computeIfAbsent(channel, _ -> new ByteArrayOutputStream());
            for (byte one : chunk) {
                line.write(one);
                if (one == '\n' || line.size() >= BYTES_MAX) {
                    end(channel, line);
                }
            }
            return true;
        }

        private void end(Channel channel, ByteArrayOutputStream line) {
            last.add(new Line(channel, line.toByteArray()));
            bytes += line.size();
            line.reset();
            while (bytes > BYTES_MAX || last.size() > LINES_MAX) {
                bytes -= last.remove().bytes().length;
            }
        }

        /** All there is, after which there is no more. */
        synchronized Deque<Line> take() {
            taken = true;
            begun.forEach((channel, line) -> {
                if (line.size() > 0) {
                    end(channel, line);
                }
            });
            return last;
        }
    }

    /** Keeps the log of an ended container in place of that of the run before it. */
    void keep(DesiredWorkload workload, String container, String id) throws InterruptedException {
        Lines lines = new Lines();
        LogsRequest request =
                LogsRequest.newBuilder().setTail(LINES_MAX).setTimestamps(true).build();
        boolean isRead = new LogTail(engine).read(id, request, deadline, lines);
        Deque<Line> kept = lines.take();
        if (!isRead) {
            LOG.warn(
                    "Of what container {} of {} wrote only {} lines could be read within {}",
                    container,
                    Names.key(workload),
                    kept.size(),
                    deadline);
        }
        try {
            Path file = file(workload, container);
            if (isRead || !kept.isEmpty()) {
                write(file, kept);
            } else {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.warn("What container {} of {} wrote is not kept: {}", container, Names.key(workload), e.getMessage());
        }
    }

    private static void write(Path file, Deque<Line> lines) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(next)))) {
            for (Line line : lines) {
                out.writeByte(line.channel().ordinal());
                out.writeInt(line.bytes().length);
                out.write(line.bytes());
            }
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Says what was kept, as the request wants it.
     *
     * @return whether there was a run before
     */
    boolean read(DesiredWorkload workload, LogsRequest request, Output output)
            throws IOException, InterruptedException {
        Path file = file(workload, request.getContainer());
        if (!Files.exists(file)) {
            return false;
        }
        Deque<Line> lines = read(file);
        Instant since = Instant.ofEpochMilli(request.getSinceMs());
        lines.removeIf(line -> line.time().isBefore(since));
        while (request.getTail() >= 0 && lines.size() > request.getTail()) {
            lines.remove();
        }
        for (Line line : lines) {
            if (!output.write(line.channel(), request.getTimestamps() ? line.bytes() : line.text())) {
                break;
            }
        }
        return true;
    }

    private static Deque<Line> read(Path file) throws IOException {
        Deque<Line> lines = new ArrayDeque<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (int channel = in.read(); channel >= 0; channel = in.read()) {
                byte[] bytes = in.readNBytes(in.readInt());
                lines.add(new Line(Channel.values()[channel], bytes));
            }
        }
        return lines;
    }

    private Path file(DesiredWorkload workload, String container) throws IOException {
        return folders.onDisk(workload, "previous").resolve(container);
    }
}
