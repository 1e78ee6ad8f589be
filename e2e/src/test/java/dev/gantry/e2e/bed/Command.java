package dev.gantry.e2e.bed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One command of the machine, run to its end within a deadline. */
public record Command(
        List<String> words, Map<String, String> environment, Path directory, Duration deadline, byte[] input) {

    /** What a command left behind. */
    public record Result(List<String> words, int exit, String out, String err) {

        /**
         * The output of a command that must have gone well.
         *
         * @throws AssertionError with everything it said, otherwise
         */
        public String must() {
            if (exit != 0) {
                throw new AssertionError(String.join(" ", words) + " ended with " + exit + "\n" + out + "\n" + err);
            }
            return out;
        }
    }

    public static Command of(String... words) {
        return new Command(List.of(words), Map.of(), Path.of(""), Duration.ofSeconds(60), new byte[0]);
    }

    public Command with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        return new Command(words, Map.copyOf(all), directory, deadline, input);
    }

    public Command within(Duration time) {
        return new Command(words, environment, directory, time, input);
    }

    public Command inDirectory(Path place) {
        return new Command(words, environment, place, deadline, input);
    }

    public Command reading(byte[] bytes) {
        return new Command(words, environment, directory, deadline, bytes);
    }

    /** The same command inside a host's network. */
    public Command inNamespace(String namespace) {
        List<String> inside = new ArrayList<>(List.of("nsenter", "--net=/var/run/netns/" + namespace));
        inside.addAll(words);
        return new Command(inside, environment, directory, deadline, input);
    }

    public Result run() {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        builder.directory(directory.toAbsolutePath().toFile());
        try {
            Process process = builder.start();
            CompletableFuture<String> out = reader(process.getInputStream());
            CompletableFuture<String> err = reader(process.getErrorStream());
            try (var stdin = process.getOutputStream()) {
                stdin.write(input);
            }
            if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new AssertionError(
                        String.join(" ", words) + " did not end within " + deadline + "\n" + out.join() + err.join());
            }
            return new Result(words, process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", words), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + words, e);
        }
    }

    /** Whether the machine has the program. */
    public static boolean exists(String program) {
        return Command.of("sh", "-c", "command -v " + program).run().exit() == 0;
    }

    private static CompletableFuture<String> reader(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try (stream) {
                text.complete(new String(stream.readAllBytes(), UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(e);
            }
        });
        return text;
    }
}
