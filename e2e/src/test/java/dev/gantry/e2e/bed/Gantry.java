package dev.gantry.e2e.bed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A running {@code gantry up}, {@code server} or {@code agent} of this checkout. */
public final class Gantry implements AutoCloseable {

    private static final Path ROOT =
            Path.of(System.getProperty("gantry.root", "..")).toAbsolutePath().normalize();

    private final String name;
    private final Path log;
    private final List<String> words;
    private final Map<String, String> environment;
    private Process process;

    private Gantry(String name, Path log, List<String> words, Map<String, String> environment) {
        this.name = name;
        this.log = log;
        this.words = words;
        this.environment = environment;
        this.process = launch();
        // A test that fails while it starts closes nothing.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
    }

    /** @param namespace of the host it runs on; empty for the machine itself */
    public static Gantry start(String name, Path log, String namespace, String... words) {
        return start(name, log, namespace, Map.of(), words);
    }

    /** @param environment beside its own */
    static Gantry start(String name, Path log, String namespace, Map<String, String> environment, String... words) {
        List<String> all = new ArrayList<>();
        if (!namespace.isEmpty()) {
            all.addAll(List.of("nsenter", "--net=/var/run/netns/" + namespace));
        }
        all.add(launcher());
        all.addAll(List.of(words));
        return new Gantry(name, log, all, environment);
    }

    /** Runs a shell line in the checkout, as a user would. */
    public static Gantry start(String name, Path log, Map<String, String> environment, String line) {
        return new Gantry(name, log, List.of("bash", "-ec", "exec " + line.strip()), environment);
    }

    /** A client command of this checkout. */
    public static Command command(String... words) {
        List<String> all = new ArrayList<>(List.of(launcher()));
        all.addAll(List.of(words));
        return Command.of(all.toArray(String[]::new)).with(Map.of("GANTRY_BUILD", "never"));
    }

    public static String launcher() {
        return ROOT.resolve("deploy/gantry").toString();
    }

    public static Path root() {
        return ROOT;
    }

    /** The variables that {@code gantry env} gives to other clients. */
    public static Map<String, String> environment(Path dataDirectory) {
        Map<String, String> variables = new HashMap<>();
        command("env", "--data-dir", dataDirectory.toString())
                .run()
                .must()
                .lines()
                .filter(line -> line.startsWith("export "))
                .map(line -> line.substring("export ".length()).split("=", 2))
                .forEach(pair -> variables.put(pair[0], pair[1].replaceAll("^['\"]|['\"]$", "")));
        return variables;
    }

    public Gantry awaitLine(String text) {
        Awaitility.await(name + " to say '" + text + "', see its log:\n" + tail())
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> output().contains(text) || died());
        if (!output().contains(text)) {
            throw new AssertionError(name + " ended without saying '" + text + "':\n" + tail());
        }
        return this;
    }

    public String output() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL: no time to say goodbye. */
    public Gantry kill() {
        process.destroyForcibly();
        await();
        return this;
    }

    /** SIGSTOP: it is there and does nothing. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String signal) {
        Command.of("kill", "-" + signal, String.valueOf(pid())).run().must();
    }

    /** Ctrl-C. */
    public int stop() {
        process.destroy();
        await();
        return process.exitValue();
    }

    public void restart() {
        process = launch();
    }

    public long pid() {
        return process.pid();
    }

    public boolean died() {
        return !process.isAlive();
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            stop();
        }
    }

    private void await() {
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(name + " did not end within 30 s:\n" + tail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String tail() {
        List<String> lines = output().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    private Process launch() {
        try {
            Files.createDirectories(log.getParent());
            Files.deleteIfExists(log);
            ProcessBuilder builder = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .directory(ROOT.toFile());
            builder.environment().putAll(environment);
            builder.environment().put("GANTRY_BUILD", "never");
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
