package dev.gantry.controller.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.ImageStore;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RosterTest {

    private final ImageStore store = open();

    private static ImageStore open() {
        try {
            return ImageStore.open(new MemoryBackend(), Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> entered(boolean exclusive, String... addresses) throws InterruptedException {
        long time = 0;
        for (String address : addresses) {
            new Roster(store, exclusive).enter(address, "", Instant.ofEpochSecond(time++));
            store.catchUp();
        }
        return store.snapshot().list(Kinds.CONTROLLER).stream()
                .map(entry -> entry.value().getAgentAddress())
                .toList();
    }

    @Test
    void knowsEveryControllerThatStartedOnTheStore() throws InterruptedException {
        assertThat(entered(false, "a:1", "b:1", "a:1")).containsExactly("a:1", "b:1");
    }

    @Test
    void strikesOffThoseThatStartedLongestAgo() throws InterruptedException {
        String[] many = new String[20];
        for (int number = 0; number < many.length; number++) {
            many[number] = "c" + (10 + number) + ":1";
        }
        assertThat(entered(false, many)).hasSize(16).contains("c29:1", "c14:1").doesNotContain("c13:1");
    }

    @Test
    void knowsOnlyTheOneThatHasAStoreOfItsOwn() throws InterruptedException {
        assertThat(entered(true, "a:1", "b:1")).containsExactly("b:1");
    }
}
