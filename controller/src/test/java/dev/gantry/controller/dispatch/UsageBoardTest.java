package dev.gantry.controller.dispatch;

import static dev.gantry.controller.dispatch.LinkSamples.NODE;
import static dev.gantry.controller.dispatch.LinkSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ContainerUsage;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Measure;
import dev.gantry.proto.Usage;
import dev.gantry.proto.WorkloadUsage;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UsageBoardTest {

    private boolean leads = true;
    private final UsageBoard board = new UsageBoard(new Leading() {
        @Override
        public boolean confirmed(Instant now) {
            return leads;
        }

        @Override
        public Optional<Versioned<Leader>> guard() {
            return Optional.empty();
        }

        @Override
        public Instant confirmedSince() {
            return NOW;
        }

        @Override
        public Optional<String> leaderAgentAddress() {
            return Optional.empty();
        }
    });

    private static Usage of(String workload) {
        return Usage.newBuilder()
                .setNode(Measure.newBuilder().setMemoryBytes(1))
                .addWorkloads(WorkloadUsage.newBuilder()
                        .setScope("s")
                        .setId(workload)
                        .addContainers(ContainerUsage.newBuilder().setContainer("c")))
                .build();
    }

    @Test
    void whatANodeSaysReplacesWhatItSaidBefore() {
        board.measured(NODE, of("a"), NOW);
        board.measured(NODE, of("b"), NOW);
        assertThat(board.of(NODE, NOW).orElseThrow().workloads()).containsOnlyKeys(Kinds.WORKLOAD.key("s", "b"));
    }

    @Test
    void whatIsOldIsForgotten() {
        board.measured(NODE, of("a"), NOW);
        assertThat(board.of(NODE, NOW.plus(UsageBoard.FORGOTTEN_AFTER).minusMillis(1)))
                .isPresent();
        assertThat(board.of(NODE, NOW.plus(UsageBoard.FORGOTTEN_AFTER))).isEmpty();
        assertThat(board.of(NODE, NOW)).isEmpty();
    }

    @Test
    void nodesTellWhoLeads() {
        assertThat(board.areHere(NOW)).isTrue();
        leads = false;
        assertThat(board.areHere(NOW)).isFalse();
    }
}
