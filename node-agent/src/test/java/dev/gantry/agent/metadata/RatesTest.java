package dev.gantry.agent.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RatesTest {

    private final AtomicLong now = new AtomicLong();
    private final Rates rates = new Rates(now::get);

    @Test
    void admitSixtyAtOnceAndFortyASecondAfterwards() {
        assertThat(admitted("10.0.0.2", 100)).isEqualTo(60);
        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertThat(admitted("10.0.0.2", 100)).isEqualTo(40);
    }

    @Test
    void countEachAddressByItself() {
        assertThat(admitted("10.0.0.2", 100)).isEqualTo(60);
        assertThat(admitted("10.0.0.3", 100)).isEqualTo(60);
    }

    private long admitted(String address, int times) {
        return IntStream.range(0, times).filter(_ -> rates.admits(address)).count();
    }
}
