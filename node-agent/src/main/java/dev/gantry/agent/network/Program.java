package dev.gantry.agent.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the machine, run to its end. */
record Program(List<String> words) {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int OUTPUT_BYTES_MAX = 1 << 20;

    /** It ran, and said that it did not go well. */
    static final class FailedException extends IOException {

        private static final long serialVersionUID = 1L;

        FailedException(String message) {
            super(message);
        }
    }

    static Program of(String... words) {
        return new Program(List.of(words));
    }

    /**
     * @param input for it to read
     * @return what it wrote
     * @throws FailedException if it fails or does not end in time; the message says what it said
     * @throws IOException     if it is not there
     */
    String run(String input) throws IOException, InterruptedException {
        Ended ended = end(input);
        if (ended.exit() != 0) {
            throw new FailedException(words.getFirst() + " ended with " + ended.exit() + ": "
                    + ended.said().strip());
        }
        return ended.said();
    }

    /**
     * @param input for it to read
     * @return what it wrote, whether it went well or not
     * @throws IOException if it is not there
     */
    String said(String input) throws IOException, InterruptedException {
        return end(input).said();
    }

    private record Ended(int exit, String said) {}

    private Ended end(String input) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        Thread writer = Thread.ofVirtual().name("program-input").start(() -> write(process, input));
        try (InputStream out = process.getInputStream()) {
            // A program that hangs is ended; its output then ends, too.
            Thread guard = Thread.ofVirtual().name("program-guard").start(() -> bound(process));
            String said = new String(out.readNBytes(OUTPUT_BYTES_MAX), StandardCharsets.UTF_8);
            int exit = process.waitFor();
            guard.interrupt();
            writer.join();
            return new Ended(exit, said);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void write(Process process, String input) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // It ended before it had read everything; its exit code says whether that is wrong.
        }
    }

    private static void bound(Process process) {
        try {
            if (!process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
