package dev.gantry.controller.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Hello;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.store.Commit.Committed;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written of a node that says what it is. */
class RegistrarTest {

    private final Hello hello = Hello.newBuilder()
            .setInfo(NodeInfo.newBuilder().setName("machine").setCluster("default"))
            .build();
    private ImageStore store;
    private Registrar registrar;

    @BeforeEach
    void openTheStore() throws InterruptedException {
        store = ImageStore.open(new MemoryBackend(), Kinds.ALL, Kinds.INDEXES);
        write(Transaction.builder()
                .create(
                        Kinds.LEADER_KEY,
                        Leader.newBuilder().setControllerId("one").build())
                .build());
        registrar = new Registrar(store, new AlwaysLeading(), () -> LinkSamples.NOW);
    }

    @AfterEach
    void closeTheStore() {
        store.close();
    }

    @Test
    void aNodeOfAClusterWithDaemonsAwaitsThemWhenItJoins() throws InterruptedException {
        Key<EcsService> daemon = Kinds.ECS_DAEMON.key("default", "daemon:logs");
        write(Transaction.builder()
                .create(daemon, EcsService.getDefaultInstance())
                .build());
        assertThat(registrar.register(LinkSamples.NODE, hello)).isTrue();
        assertThat(node().getAwaitsDaemons()).isTrue();
    }

    @Test
    void aNodeThatIsThereAlreadyDoesNotCloseWhenItComesAgain() throws InterruptedException {
        assertThat(registrar.register(LinkSamples.NODE, hello)).isTrue();
        assertThat(node().getAwaitsDaemons()).isFalse();
        Key<EcsService> service = Kinds.ECS_SERVICE.key("default", "logs");
        write(Transaction.builder()
                .create(service, EcsService.newBuilder().setDaemon(true).build())
                .build());
        NodeInfo other = hello.getInfo().toBuilder().setAgentVersion("2").build();
        assertThat(registrar.register(
                        LinkSamples.NODE, hello.toBuilder().setInfo(other).build()))
                .isTrue();
        assertThat(node().getInfo().getAgentVersion()).isEqualTo("2");
        assertThat(node().getAwaitsDaemons()).isFalse();
    }

    private Node node() {
        Optional<Versioned<Node>> node = store.snapshot().get(Kinds.NODE.key("", LinkSamples.NODE));
        return node.orElseThrow().value();
    }

    private void write(Transaction transaction) throws InterruptedException {
        long revision = ((Committed) store.commit(transaction)).revision();
        store.snapshotAt(revision);
    }

    private final class AlwaysLeading implements Leading {
        @Override
        public boolean confirmed(Instant now) {
            return true;
        }

        @Override
        public Optional<Versioned<Leader>> guard() {
            return store.snapshot().get(Kinds.LEADER_KEY);
        }

        @Override
        public Instant confirmedSince() {
            return Instant.EPOCH;
        }

        @Override
        public Optional<String> leaderAgentAddress() {
            return Optional.empty();
        }
    }
}
