package dev.gantry.controller.ecs.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.gantry.aws.ecs.Task;
import dev.gantry.controller.aws.Output;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EcsJsonTest {

    private final Output output = EcsJson.output(Task.builder()
            .taskArn("a")
            .createdAt(Instant.parse("2026-01-02T03:40:00.120Z"))
            .attributes(List.of())
            .build());

    @Test
    void writesTimesWithMillisecondsAndLeavesOutWhatIsAbsent() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            output.writeTo(json);
        }
        assertThat(text).hasToString("{\"attributes\":[],\"createdAt\":1767325200.120,\"taskArn\":\"a\"}");
    }

    @Test
    void saysTheSameAsATree() {
        assertThat(output.tree()).hasToString("{\"attributes\":[],\"createdAt\":1767325200.12,\"taskArn\":\"a\"}");
    }
}
