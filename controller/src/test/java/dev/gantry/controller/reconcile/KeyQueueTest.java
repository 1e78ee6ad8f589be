package dev.gantry.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.reconcile.KeyQueue.Cause;
import dev.gantry.controller.reconcile.KeyQueue.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyQueueTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final long IMAGE = 10;

    private final KeyQueue<String> queue = new KeyQueue<>(3);

    @Test
    void worksOnAKeyOnceHoweverOftenItChanged() {
        queue.offer("a", Cause.CHANGE);
        queue.offer("b", Cause.CHANGE);
        queue.offer("a", Cause.CHANGE);

        assertThat(take()).contains("a");
        assertThat(take()).contains("b");
        assertThat(take()).isEmpty();
    }

    @Test
    void worksAgainOnAKeyThatChangedMeanwhileButNotAtTheSameTime() {
        queue.offer("a", Cause.CHANGE);
        take();
        queue.offer("a", Cause.CHANGE);
        assertThat(take()).isEmpty();

        queue.finished("a", 0, Optional.empty());
        assertThat(take()).contains("a");
    }

    @Test
    void waitsForAnImageThatHoldsItsOwnWrite() {
        queue.offer("a", Cause.CHANGE);
        take();
        queue.finished("a", 12, Optional.empty());
        queue.offer("a", Cause.CHANGE);

        assertThat(queue.take(NOW, 11)).isEmpty();
        assertThat(queue.take(NOW, 12)).contains(new Turn<>("a", Cause.CHANGE));
    }

    @Test
    void waitsForItsOwnWriteAlsoAfterADelay() {
        queue.offer("a", Cause.CHANGE);
        take();
        queue.finished("a", 12, Optional.of(NOW.plusSeconds(1)));

        assertThat(queue.take(NOW.plusSeconds(1), 11)).isEmpty();
        assertThat(queue.take(NOW.plusSeconds(1), 12)).isPresent();
    }

    @Test
    void forgetsAKeyThatIsDoneWhenItsWriteArrived() {
        queue.offer("a", Cause.CHANGE);
        take();
        queue.finished("a", 12, Optional.empty());
        assertThat(queue.take(NOW, 12)).isEmpty();

        fill();
        assertThat(queue.isFull()).isTrue();
        assertThat(queue.offer("more", Cause.CHANGE)).isFalse();
    }

    @Test
    void wakesAtTheTimeThatWasSetAndEarlierWhenSomethingChanges() {
        queue.offer("a", Cause.CHANGE);
        take();
        queue.finished("a", 0, Optional.of(NOW.plusSeconds(40)));
        assertThat(queue.nextDue()).contains(NOW.plusSeconds(40));
        assertThat(take()).isEmpty();

        queue.offer("a", Cause.CHANGE);
        assertThat(take()).contains("a");
        assertThat(queue.nextDue()).isEmpty();
    }

    @Test
    void aChangeDoesNotShortenTheWaitAfterAFailure() {
        queue.offer("a", Cause.CHANGE);
        take();
        queue.failed("a", 0, NOW.plusSeconds(1));
        queue.offer("a", Cause.CHANGE);

        assertThat(take()).isEmpty();
        assertThat(queue.take(NOW.plusSeconds(1), IMAGE)).isPresent();
        assertThat(queue.failures("a")).isEqualTo(1);
    }

    @Test
    void decidesAgainAfterAConflictAsSoonAsANewerImageIsThere() {
        queue.offer("a", Cause.RESYNC);
        take();
        queue.conflicted("a", IMAGE + 1);

        assertThat(queue.take(NOW, IMAGE)).isEmpty();
        // It is a change that it met, so whatever it finds now is no sign of a missed one.
        assertThat(queue.take(NOW, IMAGE + 1)).contains(new Turn<>("a", Cause.CHANGE));
    }

    @Test
    void forgetsFailuresAfterASuccess() {
        queue.offer("a", Cause.CHANGE);
        take();
        queue.failed("a", 0, NOW);
        take();
        queue.offer("a", Cause.CHANGE);
        queue.finished("a", 0, Optional.empty());

        assertThat(queue.failures("a")).isZero();
    }

    @Test
    void tellsAKeyThatOnlyTheResyncFoundFromOneThatChanged() {
        queue.offer("a", Cause.RESYNC);
        queue.offer("b", Cause.RESYNC);
        queue.offer("b", Cause.CHANGE);
        queue.offer("c", Cause.CHANGE);
        queue.offer("c", Cause.RESYNC);

        assertThat(queue.take(NOW, IMAGE)).contains(new Turn<>("a", Cause.RESYNC));
        assertThat(queue.take(NOW, IMAGE)).contains(new Turn<>("b", Cause.CHANGE));
        assertThat(queue.take(NOW, IMAGE)).contains(new Turn<>("c", Cause.CHANGE));
    }

    @Test
    void movesDelaysWithTheClock() {
        queue.offer("a", Cause.CHANGE);
        take();
        queue.finished("a", 0, Optional.of(NOW.plusSeconds(40)));
        queue.shift(Duration.ofHours(-1));

        assertThat(queue.nextDue()).contains(NOW.plusSeconds(40).minus(Duration.ofHours(1)));
    }

    private void fill() {
        for (int i = 0; i < 3; i++) {
            assertThat(queue.offer("filler-" + i, Cause.CHANGE)).isTrue();
        }
    }

    private Optional<String> take() {
        return queue.take(NOW, IMAGE).map(Turn::key);
    }
}
