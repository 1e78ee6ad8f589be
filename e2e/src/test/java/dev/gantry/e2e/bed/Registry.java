package dev.gantry.e2e.bed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A registry of images on the loopback, which engines trust without TLS. */
public final class Registry implements AutoCloseable {

    public static final String USER = "ann";
    public static final String PASSWORD = "open-sesame";

    /** Of the password, by bcrypt. */
    private static final String HASH = "$2a$05$abcdefghijklmnopqrstuutXu9KzOt.1yBoZUeFWoT/914/JfszCO";

    private final Process process;

    private Registry(Process process) {
        this.process = process;
    }

    public static Registry start(Path home, int port) throws IOException {
        return start(home, port, "");
    }

    /** One for those who log in as USER with PASSWORD. */
    public static Registry startPrivate(Path home, int port) throws IOException {
        Files.createDirectories(home);
        Path users = Files.writeString(home.resolve("users"), USER + ":" + HASH + "\n");
        return start(home, port, "auth: {htpasswd: {realm: private, path: " + users + "}}\n");
    }

    private static Registry start(Path home, int port, String more) throws IOException {
        Files.createDirectories(home);
        Path configuration = home.resolve("config.yml");
        Files.writeString(configuration, """
            version: 0.1
            storage: {filesystem: {rootdirectory: %s}}
            http: {addr: "127.0.0.1:%d"}
            %s\
            """.formatted(home.resolve("data"), port, more));
        return new Registry(new ProcessBuilder("docker-registry", "serve", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile())
                .start());
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
