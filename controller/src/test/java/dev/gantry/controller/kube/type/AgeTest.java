package dev.gantry.controller.kube.type;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "119, 119s",
        "120, 2m",
        "185, 3m5s",
        "600, 10m",
        "10799, 179m",
        "10800, 3h",
        "18060, 5h1m",
        "100000, 27h",
        "260000, 3d",
        "266400, 3d2h",
        "864000, 10d",
        "100000000, 3y62d",
        "300000000, 9y"
    })
    void readsAsKubectlPrintsIt(long seconds, String text) {
        assertThat(Age.of(Duration.ofSeconds(seconds))).isEqualTo(text);
    }

    @Test
    void isUnknownWithoutATime() {
        assertThat(Age.since("", Instant.EPOCH)).isEqualTo("<unknown>");
    }
}
