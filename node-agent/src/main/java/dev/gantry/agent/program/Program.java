package dev.gantry.agent.program;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A program of the machine, run to its end.
 *
 * @param deadline after which it is ended, with all that it started
 */
public record Program(List<String> words, Duration deadline) {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final Duration AFTERMATH = Duration.ofSeconds(2);
    private static final int OUTPUT_BYTES_MAX = 1 << 20;
    private static final int PART_BYTES = 8192;
    /** As a shell says it. */
    private static final int KILLED = 137;

    public Program {
        words = List.copyOf(words);
    }

    /** With twenty seconds for all that it does. */
    public Program(List<String> words) {
        this(words, DEADLINE);
    }

    /** It ran, and said that it did not go well. */
    public static final class FailedException extends IOException {

        private static final long serialVersionUID = 1L;

        FailedException(String message) {
            super(message);
        }
    }

    public static Program of(String... words) {
        return new Program(List.of(words));
    }

    public Program within(Duration changed) {
        return new Program(words, changed);
    }

    /**
     * @param input for it to read
     * @return what it wrote
     * @throws FailedException if it fails or does not end in time; the message says what it said
     * @throws IOException     if it is not there
     */
    public String run(String input) throws IOException, InterruptedException {
        Ended ended = end(input);
        if (ended.exit() != 0) {
            String how = ended.late()
                    ? " did not end within " + deadline.toSeconds() + " seconds"
                    : " ended with " + ended.exit();
            throw new FailedException(
                    words.getFirst() + how + ": " + ended.said().strip());
        }
        return ended.said();
    }

    /**
     * @param input for it to read
     * @return what it wrote, whether it went well or not
     * @throws IOException if it is not there
     */
    public String said(String input) throws IOException, InterruptedException {
        return end(input).said();
    }

    private record Ended(int exit, String said, boolean late) {}

    private Ended end(String input) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        Said said = new Said();
        Thread reader = Thread.ofVirtual().name("program-output").start(() -> said.read(process));
        Thread writer = Thread.ofVirtual().name("program-input").start(() -> write(process, input));
        try {
            boolean late = !process.waitFor(deadline);
            if (late) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                boolean _ = process.waitFor(AFTERMATH);
            }
            // Something that it left running may hold its output open.
            boolean _ = reader.join(AFTERMATH);
            boolean _ = writer.join(AFTERMATH);
            return new Ended(process.isAlive() ? KILLED : process.exitValue(), said.text(), late);
        } finally {
            process.destroyForcibly();
        }
    }

    /** What it has written so far. */
    private static final class Said {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void read(Process process) {
            byte[] part = new byte[PART_BYTES];
            try {
                InputStream out = process.getInputStream();
                for (int count = out.read(part); count >= 0; count = out.read(part)) {
                    keep(part, count);
                }
            } catch (IOException _) {
                // It was ended; what it had said by then counts.
            }
        }

        private synchronized void keep(byte[] part, int count) {
            bytes.write(part, 0, Math.min(count, OUTPUT_BYTES_MAX - bytes.size()));
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private static void write(Process process, String input) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // It ended before it had read everything; its exit code says whether that is wrong.
        }
    }
}
