package dev.gantry.e2e.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every operation that boto3's model of ECS has, called by boto3 on simulated nodes: once at least to succeed, as far as
 * Gantry can do it, and in two ways to be refused. Each answer is held against that model; so is each refusal's code.
 */
@Tag("e2e")
class EveryOperationTest {

    private static final int PORT = 21576;

    @TempDir
    private Path home;

    @Test
    void everyOperationAnswersAsTheModelSays() throws IOException {
        String[] words = {
            "up",
            "--simulate",
            "--count",
            "3",
            "--data-dir",
            home + "/data",
            "--port",
            "" + PORT,
            "--agent-port",
            "" + (PORT + 1),
            "--kube-port",
            "0"
        };
        try (Gantry up = Gantry.start("up", home.resolve("up.log"), "", words)) {
            up.awaitLine("ready (");
            String said = Command.of("python3", "-c", script())
                    .with(Gantry.environment(home.resolve("data")))
                    .within(Duration.ofMinutes(5))
                    .run()
                    .must();
            assertThat(said.lines().filter(line -> line.contains(": done ")))
                    .as(said)
                    .hasSizeGreaterThanOrEqualTo(77);
        }
    }

    private static String script() throws IOException {
        try (InputStream in = EveryOperationTest.class.getResourceAsStream("/every_operation.py")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
        }
    }
}
