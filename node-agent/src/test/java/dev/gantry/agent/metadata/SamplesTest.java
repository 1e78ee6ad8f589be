package dev.gantry.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.agent.work.FakeEngine;
import dev.gantry.agent.work.HandClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplesTest {

    private final FakeEngine engine = new FakeEngine(new HandClock(Instant.EPOCH));
    private final List<String> asked = new ArrayList<>();
    private final Samples samples = new Samples(engine);

    private void says(String... answers) {
        List<String> left = new ArrayList<>(List.of(answers));
        engine.statisticsBy((id, compared) -> {
            asked.add(id + " " + compared);
            return left.removeFirst();
        });
    }

    private static String sample(int second, int used, int received) {
        return """
            {"read":"2026-01-01T00:00:%02d.5Z","preread":"0001-01-01T00:00:00Z","cpu_stats":{"used":%d},
             "precpu_stats":{},"networks":{"eth0":{"rx_bytes":%d,"tx_bytes":0}}}
            """.formatted(second, used, received);
    }

    @Test
    void waitForASecondSampleTheFirstTime() throws InterruptedException {
        says(sample(1, 10, 1000), sample(3, 20, 5000));

        ObjectNode first = samples.take("c1");

        assertThat(asked).containsExactly("c1 false", "c1 true");
        assertThat(first.path("network_rate_stats").path("rx_bytes_per_sec").asDouble())
                .isEqualTo(2000);
    }

    @Test
    void compareWithTheOneBeforeFromThenOn() throws InterruptedException {
        says(sample(1, 10, 1000), sample(2, 20, 1000), sample(12, 70, 2000));
        samples.take("c1");
        asked.clear();

        ObjectNode next = samples.take("c1");

        assertThat(asked).containsExactly("c1 false");
        assertThat(next.path("precpu_stats").path("used").asInt()).isEqualTo(20);
        assertThat(next.path("preread").asText()).isEqualTo("2026-01-01T00:00:02.5Z");
        assertThat(next.path("network_rate_stats").path("rx_bytes_per_sec").asDouble())
                .isEqualTo(100);
    }

    @Test
    void beginAnewAfterTooLongATime() throws InterruptedException {
        says(
                sample(1, 10, 1000),
                sample(2, 20, 1000),
                sample(3, 30, 1000).replace("00:00:03", "02:00:03"),
                sample(4, 40, 1000).replace("00:00:04", "02:00:04"));
        samples.take("c1");
        asked.clear();

        samples.take("c1");

        assertThat(asked).containsExactly("c1 false", "c1 true");
    }
}
