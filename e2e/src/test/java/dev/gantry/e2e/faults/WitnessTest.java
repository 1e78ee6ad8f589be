package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.faults.Witness.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class WitnessTest {

    private static Run run(long from, long to) {
        return new Run(Instant.ofEpochSecond(from), Instant.ofEpochSecond(to));
    }

    @Test
    void seesNoOverlapOfOneAfterTheOther() {
        assertThat(new Witness(List.of(run(1, 5), run(5, 9), run(10, 12))).overlap())
                .isZero();
    }

    @Test
    void addsWhatTwoRanAtTheSameTime() {
        assertThat(new Witness(List.of(run(1, 5), run(3, 9), run(8, 12))).overlap())
                .isEqualTo(Duration.ofSeconds(3));
    }
}
