package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Keeps the promises under every kind of trouble; {@code deploy/gantry simulate --minutes} runs more fresh seeds. */
class SimulationTest {

    private static final int FIXED = 200;
    private static final int FRESH_MIN = 5;
    /** What was reachable a moment ago may outlive the first one. */
    private static final int COLLECTIONS_MAX = 20;

    private static final Duration BUDGET = Duration.ofSeconds(60);

    @Test
    void thePromisesAreKeptUnderAnyTrouble() throws InterruptedException {
        Tally tally = new Tally();
        long began = System.nanoTime();
        for (long seed = 1; seed <= FIXED; seed++) {
            tally.run(seed);
        }
        long fresh = new Dice(began).next() >>> 1;
        System.out.println("simulation: fresh seeds begin at " + fresh);
        for (long seed = fresh; seed < fresh + FRESH_MIN || System.nanoTime() - began < BUDGET.toNanos(); seed++) {
            tally.run(seed);
        }
        System.out.println(tally);
        assertThat(tally.failures()).isEmpty();
        assertThat(tally.missing()).as("kinds of trouble that never happened").isEmpty();
    }

    /** Its threads hold on to all of it for as long as they wait. */
    @Test
    void nothingOfARunIsLeftBehind() throws InterruptedException {
        for (long seed = 1; seed <= 10; seed++) {
            List<String> lines = new ArrayList<>();
            Simulation.run(seed, lines::add);
            WeakReference<List<String>> held = new WeakReference<>(lines);
            lines = null;
            for (int i = 0; i < COLLECTIONS_MAX && held.get() != null; i++) {
                System.gc();
            }
            assertThat(held.get()).as("the timeline of seed " + seed).isNull();
        }
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
