package dev.gantry.controller.leadership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Leader;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeadershipTest {

    private final MemoryBackend backend = new MemoryBackend();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private ImageStore store;

    @BeforeEach
    void open() throws InterruptedException {
        store = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void oneLeadsAndTheNextTakesOverWhenItLeaves() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Leadership first = leadership("first", LeadershipSettings.defaults(), meters);
        first.start();
        await().until(first::isLeader);
        assertThat(meters.get("gantry.leader").gauge().value()).isEqualTo(1);
        assertThat(first.guard()).isPresent();
        assertThat(first.confirmedSince()).isPresent();

        try (Leadership second = leadership("second", LeadershipSettings.defaults(), new SimpleMeterRegistry())) {
            second.start();
            await().until(() -> second.leader().isPresent());
            assertThat(second.leader().orElseThrow().getApiUrl()).isEqualTo("https://first");
            assertThat(second.isLeader()).isFalse();

            first.close();
            await().until(second::isLeader);
            assertThat(first.isLeader()).isFalse();
            assertThat(told).containsExactly("first gained", "first lost", "second gained");
        }
    }

    @Test
    void theOnlyUserOfAStoreDoesNotWaitForTheLeaseOfAKilledOne() {
        Leadership killed = leadership("killed", LeadershipSettings.defaults(), new SimpleMeterRegistry());
        killed.start();
        await().until(killed::isLeader);

        try (Leadership next =
                leadership("next", LeadershipSettings.defaults().exclusively(), new SimpleMeterRegistry())) {
            next.start();
            await().atMost(Duration.ofSeconds(2)).until(next::isLeader);
            await().until(() -> !killed.isLeader());
            await().until(() -> next.leader().orElseThrow().getApiUrl().equals("https://next"));
        }
        killed.close();
    }

    private Leadership leadership(String name, LeadershipSettings settings, SimpleMeterRegistry meters) {
        Follower follower = new Follower() {
            @Override
            public void gained(Versioned<Leader> guard) {
                told.add(name + " gained");
            }

            @Override
            public void lost() {
                told.add(name + " lost");
            }
        };
        Candidate candidate = new Candidate(name, "https://" + name, name + ":1");
        return new Leadership(
                store,
                candidate,
                settings,
                () -> new Moment(Instant.now(), Duration.ofNanos(System.nanoTime())),
                () -> 0.5,
                meters,
                List.of(follower));
    }
}
