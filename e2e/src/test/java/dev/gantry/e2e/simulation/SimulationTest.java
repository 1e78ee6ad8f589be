package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps the promises under every kind of trouble; {@code deploy/gantry simulate --minutes} runs fresh seeds. */
class SimulationTest {

    private static final int FIXED = 200;

    @Test
    void thePromisesAreKeptUnderAnyTrouble() throws InterruptedException {
        Tally tally = new Tally();
        for (long seed = 1; seed <= FIXED; seed++) {
            tally.run(seed);
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
