package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A crash right after a deed is not noticed by anybody else; {@code gantry simulate --sieve} cuts at every place. */
class SieveTest {

    /** Every so many places, beginning at another one in each run. */
    private static final int STEP = 12;

    @ParameterizedTest
    @EnumSource
    void whoeverDiesRightAfterADeedIsMadeUpFor(Sieve.Where where) throws InterruptedException {
        int places = Sieve.places(where);
        int first = 1 + new Dice(System.nanoTime()).below(STEP);
        assertThat(places).isGreaterThan(STEP);
        for (int number = first; number <= places; number += STEP) {
            assertThat(Sieve.cut(where, number))
                    .as("killed after %s %d of %d", where, number, places)
                    .isEmpty();
        }
    }
}
