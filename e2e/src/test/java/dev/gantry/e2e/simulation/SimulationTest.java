package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps the promises under every kind of trouble; {@code deploy/gantry simulate} runs more. */
class SimulationTest {

    private static final int FIXED = 200;
    private static final int FRESH = 5;

    @Test
    void thePromisesAreKeptUnderAnyTrouble() throws InterruptedException {
        SimulationMain.Tally tally = new SimulationMain.Tally();
        for (long seed = 1; seed <= FIXED; seed++) {
            tally.run(seed);
        }
        Dice fresh = new Dice(System.nanoTime());
        for (int i = 0; i < FRESH; i++) {
            tally.run(fresh.next() >>> 1);
        }
        System.out.println(tally);
        assertThat(tally.failures()).isEmpty();
        assertThat(tally.troubles().keySet())
                .as("kinds of trouble that happened")
                .contains(Trouble.values());
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
