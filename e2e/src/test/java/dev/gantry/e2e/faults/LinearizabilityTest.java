package dev.gantry.e2e.faults;

import static dev.gantry.e2e.faults.Operation.NEVER;
import static dev.gantry.e2e.faults.Operation.read;
import static dev.gantry.e2e.faults.Operation.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The checker itself: it must accept what can be explained and nothing else. */
class LinearizabilityTest {

    private static boolean holds(Operation... history) {
        return Linearizability.holds("", List.of(history));
    }

    @Test
    void acceptsOneThingAfterAnother() {
        assertThat(holds(write("a", 0, 1), read("a", 2, 3), write("b", 4, 5), read("b", 6, 7)))
                .isTrue();
    }

    @Test
    void findsALostAcknowledgedWrite() {
        assertThat(holds(write("a", 0, 1), write("b", 2, 3), read("a", 4, 5))).isFalse();
        assertThat(holds(write("a", 0, 1), read("", 2, 3))).isFalse();
    }

    @Test
    void acceptsEitherOrderOfWritesAtTheSameTime() {
        assertThat(holds(write("a", 0, 10), write("b", 1, 9), read("a", 11, 12)))
                .isTrue();
        assertThat(holds(write("a", 0, 10), write("b", 1, 9), read("b", 11, 12)))
                .isTrue();
    }

    @Test
    void findsTheValueThatComesBackAfterItWasReplaced() {
        assertThat(holds(write("a", 0, 10), write("b", 1, 9), read("a", 11, 12), read("b", 13, 14)))
                .isFalse();
    }

    @Test
    void findsAReadThatIsOlderThanAnEarlierOne() {
        assertThat(holds(write("a", 0, 100), read("a", 10, 20), read("", 30, 40)))
                .isFalse();
        assertThat(holds(write("a", 0, 100), read("", 10, 20), read("a", 30, 40)))
                .isTrue();
    }

    @Test
    void letsAnUnansweredWriteHappenNeverOrAtAnyLaterTime() {
        assertThat(holds(write("a", 0, 1), write("b", 2, NEVER), read("a", 50, 51)))
                .isTrue();
        assertThat(holds(write("a", 0, 1), write("b", 2, NEVER), read("a", 50, 51), read("b", 60, 61)))
                .isTrue();
        assertThat(holds(write("a", 0, 1), write("b", 2, NEVER), read("b", 50, 51), read("a", 60, 61)))
                .isFalse();
    }

    @Test
    void findsAWriteThatWasSeenBeforeItWasSent() {
        assertThat(holds(read("a", 0, 1), write("a", 2, 3))).isFalse();
    }

    @Test
    void copesWithManyClientsAndManyUnansweredWrites() {
        assertThat(Linearizability.holds("", honest(new Random(7), 2_000, ""))).isTrue();
    }

    @Test
    void findsOneLostWriteAmongMany() {
        List<Operation> history = new ArrayList<>(honest(new Random(7), 2_000, "b"));
        long end = history.stream().mapToLong(Operation::invoked).max().orElseThrow() + 1_000;
        history.add(write("last", end, end + 1));
        history.add(read("b1", end + 2, end + 3));
        assertThat(Linearizability.holds("", history)).isFalse();
    }

    /** What eight clients see of a register that works: each call takes effect in the middle of its time. */
    private static List<Operation> honest(Random random, int count, String prefix) {
        List<Operation> history = new ArrayList<>();
        String value = "";
        for (int index = 0; index < count; index++) {
            long effect = 10L * index;
            long before = effect - random.nextInt(40);
            long after = effect + random.nextInt(40);
            if (random.nextInt(3) == 0) {
                history.add(read(value, before, after));
            } else {
                value = prefix + index;
                history.add(write(value, before, random.nextInt(20) == 0 ? NEVER : after));
            }
        }
        return history;
    }
}
