package dev.gantry.controller.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.Leader;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {

    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    private Instant since = NOON;

    private final Heartbeats heartbeats = new Heartbeats(new Leading() {
        @Override
        public boolean confirmed(Instant now) {
            return true;
        }

        @Override
        public Optional<Versioned<Leader>> guard() {
            return Optional.empty();
        }

        @Override
        public Instant confirmedSince() {
            return since;
        }

        @Override
        public Optional<String> leaderAgentAddress() {
            return Optional.empty();
        }
    });

    @Test
    void forgetsWhatWasHeardBeforeTheLeadWasConfirmedAnew() {
        heartbeats.heard("one", NOON.plusSeconds(1));
        assertThat(heartbeats.lastHeard("one")).contains(NOON.plusSeconds(1));
        since = NOON.plusSeconds(60);
        assertThat(heartbeats.lastHeard("one")).isEmpty();
    }

    @Test
    void forgetsWhatALaterLookingClockNotedBeforeItWasSetBack() {
        heartbeats.heard("one", NOON.plusSeconds(1));
        since = NOON.minus(Duration.ofHours(1));
        assertThat(heartbeats.lastHeard("one")).isEmpty();
    }
}
