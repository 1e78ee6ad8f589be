package dev.gantry.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTest {

    @Test
    void readsDurationsAsPeopleWriteThem() {
        assertThat(Durations.parse("90s")).isEqualTo(Duration.ofSeconds(90));
        assertThat(Durations.parse("1h30m")).isEqualTo(Duration.ofMinutes(90));
        assertThat(Durations.parse("45")).isEqualTo(Duration.ofSeconds(45));
        assertThatThrownBy(() -> Durations.parse("5 minutes")).isInstanceOf(Failure.class);
        assertThatThrownBy(() -> Durations.parse("")).isInstanceOf(Failure.class);
    }

    @Test
    void showsAgesInTheCoarsestUnitThatTells() {
        Instant now = Instant.parse("2026-03-01T12:00:00Z");
        assertThat(List.of(45, 600, 10_000, 900_000).stream().map(s -> Durations.age(now.minusSeconds(s), now)))
                .containsExactly("45s", "10m", "2h", "10d");
    }

    @Test
    void suggestsOnlyWhatIsNear() {
        assertThat(Near.to("desiredCont", List.of("desiredCount", "cluster"))).contains("desiredCount");
        assertThat(Near.to("banana", List.of("desiredCount", "cluster"))).isEmpty();
    }

    @Test
    void printsTimesAsPlainNumbers() {
        JsonNode object = JsonNodeFactory.instance.objectNode().put("createdAt", 1795577522.696);
        assertThat(Format.yaml.print(object)).isEqualTo("createdAt: 1795577522.696");
        assertThat(Format.json.print(object)).contains("\"createdAt\" : 1795577522.696");
    }
}
