package dev.gantry.e2e.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A table of bad input sent by boto3 without its own validation, each with the exact error. The table is {@code
 * bad-input.json}; with {@code -Dgantry.record=FILE} the answers are written to a file instead, to be reviewed and kept.
 */
@Tag("e2e")
class BadInputTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void answersEveryKindOfBadInputWithItsExactError() throws IOException {
        JsonNode cases = JSON.readTree(resource("bad-input.json"));
        assertThat(cases.size()).isGreaterThanOrEqualTo(60);
        JsonNode answers = JSON.readTree(answers(cases));
        String record = System.getProperty("gantry.record", "");
        if (!record.isEmpty()) {
            Files.writeString(Path.of(record), answers.toPrettyString());
        }
        SoftAssertions all = new SoftAssertions();
        for (int index = 0; index < cases.size(); index++) {
            JsonNode expected = cases.get(index);
            JsonNode actual = answers.get(index);
            all.assertThat(actual.path("code").asText() + ": "
                            + actual.path("message").asText())
                    .as(expected.path("name").asText())
                    .isEqualTo(expected.path("code").asText() + ": "
                            + expected.path("message").asText());
        }
        all.assertAll();
    }

    private static String answers(JsonNode cases) throws IOException {
        Path data = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-bad-input");
        try (Gantry server = Gantry.start(
                "server",
                data.resolve("server.log"),
                "",
                "server",
                "--data-dir",
                data.toString(),
                "--port",
                "15566",
                "--agent-port",
                "15567")) {
            server.awaitLine("ready (");
            Command script =
                    Command.of("python3", "-c", resource("bad_input.py")).with(Gantry.environment(data));
            String registered = """
                [{"operation":"register_task_definition",
                  "input":{"family":"ok","containerDefinitions":[{"name":"c","image":"i","memory":16}]}}]
                """;
            script.reading(registered.getBytes()).run().must();
            return script.reading(JSON.writeValueAsBytes(cases))
                    .within(Duration.ofMinutes(2))
                    .run()
                    .must();
        } finally {
            Command.of("rm", "-rf", data.toString()).run();
        }
    }

    private static String resource(String name) throws IOException {
        try (var in = BadInputTest.class.getResourceAsStream("/" + name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
