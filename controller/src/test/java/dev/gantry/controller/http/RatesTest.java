package dev.gantry.controller.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RatesTest {

    private long now = -5;

    private final Rates rates = new Rates(10, () -> now);

    @Test
    void letsTwoSecondsOfTheRateThroughAtOnceAndThenTheRate() {
        assertThat(admitted(100, "a")).isEqualTo(20);
        pass(500);
        assertThat(admitted(100, "a")).isEqualTo(5);
        pass(100);
        assertThat(admitted(100, "a")).isEqualTo(1);
    }

    @Test
    void savesUpNoMoreThanThatInALongPause() {
        assertThat(admitted(20, "a")).isEqualTo(20);
        pass(3_600_000);
        assertThat(admitted(100, "a")).isEqualTo(20);
    }

    @Test
    void countsPartsOfARequestThatManyRefusalsComeBetween() {
        assertThat(admitted(20, "a")).isEqualTo(20);
        int admitted = 0;
        for (int tries = 0; tries < 1_000; tries++) {
            pass(1);
            admitted += admitted(1, "a");
        }
        assertThat(admitted).isBetween(9, 10);
    }

    @Test
    void countsEachAddressForItself() {
        assertThat(admitted(100, "a")).isEqualTo(20);
        assertThat(admitted(100, "b")).isEqualTo(20);
    }

    @Test
    void remembersNoMoreAddressesThanItMay() {
        assertThat(admitted(100, "a")).isEqualTo(20);
        assertThat(IntStream.range(0, 4_096).mapToObj(Integer::toString).allMatch(rates::admits))
                .isTrue();
        assertThat(admitted(1, "a")).as("forgotten, and so anew").isEqualTo(1);
    }

    @Test
    void admitsEverythingWithoutARate() {
        Rates none = new Rates(0, () -> now);
        assertThat(IntStream.range(0, 100_000).allMatch(_ -> none.admits("a"))).isTrue();
    }

    private int admitted(int tries, String address) {
        return (int)
                IntStream.range(0, tries).filter(_ -> rates.admits(address)).count();
    }

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
