package dev.gantry.e2e.bed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A registry of images on the loopback, which engines trust without TLS. */
public final class Registry implements AutoCloseable {

    private final Process process;

    private Registry(Process process) {
        this.process = process;
    }

    public static Registry start(Path home, int port) throws IOException {
        Files.createDirectories(home);
        Path configuration = home.resolve("config.yml");
        Files.writeString(configuration, """
            version: 0.1
            storage: {filesystem: {rootdirectory: %s}}
            http: {addr: "127.0.0.1:%d"}
            """.formatted(home.resolve("data"), port));
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
