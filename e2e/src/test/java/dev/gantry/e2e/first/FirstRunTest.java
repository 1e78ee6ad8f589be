package dev.gantry.e2e.first;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the README tells a new user to type, word for word, against the machine's own Docker engine. */
@Tag("e2e")
class FirstRunTest {

    @Test
    void theReadmesFirstRunWorksWordForWord() throws IOException {
        Path data = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-first-run");
        Map<String, String> environment = Map.of("GANTRY_DATA_DIR", data.toString(), "GANTRY_BUILD", "never");
        try (Gantry up = Gantry.start("up", data.resolve("up.log"), environment, block("first-run"))) {
            Matcher url = Pattern.compile("http://[0-9.]+:\\d+").matcher("");
            Awaitility.await("the demo's URL")
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> up.died()
                            || up.output()
                                    .lines()
                                    .anyMatch(l ->
                                            l.contains("demo") && url.reset(l).find()));
            assertThat(up.died()).as(up.output()).isFalse();
            assertThat(Command.of("curl", "-sS", "--max-time", "5", url.group())
                            .run()
                            .must())
                    .contains("Gantry");
            String said = Command.of("bash", "-ec", block("second-terminal"))
                    .with(environment)
                    .inDirectory(Gantry.root())
                    .run()
                    .must();
            assertThat(said).contains("service/default/web").contains("RUNNING");
            Command.of("bash", "-ec", "eval \"$(deploy/gantry env)\"; deploy/gantry delete service/web --force")
                    .with(environment)
                    .inDirectory(Gantry.root())
                    .run()
                    .must();
        } finally {
            Command.of("rm", "-rf", data.toString()).run();
        }
    }

    /** The commands of the README's code block after a marker. */
    private static String block(String marker) throws IOException {
        String readme = Files.readString(Gantry.root().resolve("README.md"));
        Matcher block = Pattern.compile("<!-- " + marker + " -->\\s*```sh\\n(.*?)```", Pattern.DOTALL)
                .matcher(readme);
        assertThat(block.find()).as("a block marked " + marker).isTrue();
        return block.group(1);
    }
}
