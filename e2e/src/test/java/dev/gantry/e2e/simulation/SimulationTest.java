package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps the promises under every kind of trouble; {@code deploy/gantry simulate} runs more. */
class SimulationTest {

    private static final int FIXED = 200;
    private static final int FRESH_MIN = 5;
    private static final Duration ALL_WITHIN = Duration.ofSeconds(60);

    @Test
    void thePromisesAreKeptUnderAnyTrouble() throws InterruptedException {
        Tally tally = new Tally();
        for (long seed = 1; seed <= FIXED; seed++) {
            tally.run(seed);
        }
        long start = new Dice(System.nanoTime()).next() >>> 1;
        System.out.println("fresh seeds begin at " + start);
        for (int fresh = 0; fresh < FRESH_MIN || tally.took().compareTo(ALL_WITHIN) < 0; fresh++) {
            tally.run(start + fresh);
        }
        System.out.println(tally);
        assertThat(tally.failures()).isEmpty();
        assertThat(tally.missing()).as("kinds of trouble that never happened").isEmpty();
    }

    @Test
    void theSameSeedIsTheSameRun() throws InterruptedException {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        Simulation.run(12, first::add);
        Simulation.run(12, second::add);
        assertThat(second).isEqualTo(first);
    }
}
