package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.Readiness;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The mistakes that a protocol like this one makes, each as a scenario; the oracle watches all of them. */
class ScenariosTest {

    private World world;

    @BeforeEach
    void aClusterWithServicesThatRun() throws InterruptedException {
        world = new World(2, line -> {});
        world.users().begin(Duration.ofSeconds(16));
        run(40);
        Simulation.settled(world);
        assertThat(world.oracle().services()).isNotEmpty();
    }

    @Test
    void passesThatOverlapCreateNoTaskTwice() throws InterruptedException {
        world.controllers().forEach(controller -> controller.backend().trouble(0, 0.3, 0));
        world.slow(true);
        world.users().deployAll();
        run(60);
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void aDeposedLeaderAcknowledgesNoHeartbeat() throws InterruptedException {
        SimController deposed = leader();
        deposed.backend().cut(true);
        run(40);
        assertThat(leader().name()).isNotEqualTo(deposed.name());
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void aLeaderThatWakesFromAPauseGivesNoNodeUp() throws InterruptedException {
        world.controllers().forEach(controller -> world.agenda().pause(controller.process(), Duration.ofSeconds(50)));
        run(120);
        Simulation.settled(world);
    }

    @Test
    void aNewLeaderGivesNodesTimeFromItsFirstConfirmedLease() throws InterruptedException {
        world.storeDown(true);
        run(90);
        world.storeDown(false);
        run(60);
        Simulation.settled(world);
    }

    @Test
    void agentsObeyAControllerThatHasJustStarted() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            leader().kill();
            run(25);
            world.users().deployAll();
        }
        run(30);
        Simulation.settled(world);
    }

    @Test
    void aLeaderWhoseImageIsBehindRemovesNoTask() throws InterruptedException {
        world.slow(true);
        world.users().deployAll();
        run(3);
        leader().kill();
        run(40);
        world.heal();
        Simulation.settled(world);
    }

    @Test
    void whatWasGivenUpDoesNotComeBackWithItsNode() throws InterruptedException {
        SimNode node = busy();
        world.cut(node);
        run(60);
        assertThat(readiness(node)).isEqualTo(Readiness.LOST);
        world.mend(node);
        run(30);
        assertThat(readiness(node)).isEqualTo(Readiness.READY);
        Simulation.settled(world);
    }

    @Test
    void aSetOfAnOlderEpochStartsNothing() throws InterruptedException {
        SimNode node = busy();
        world.pullsFail(true);
        world.users().deployAll();
        run(1);
        world.cut(node);
        run(60);
        node.crashAgent();
        world.pullsFail(false);
        world.mend(node);
        node.startAgent();
        world.heal();
        run(40);
        Simulation.settled(world);
    }

    @Test
    void aSilentNodeIsGivenUpAlthoughTheLeadersClockIsSetBack() throws InterruptedException {
        SimNode node = busy();
        leader().stepClock(Duration.ofHours(-1));
        run(5);
        world.cut(node);
        run(60);
        assertThat(readiness(node)).isEqualTo(Readiness.LOST);
    }

    @Test
    void aNodeThatFellSilentBeforeTheClockWasSetBackIsGivenUp() throws InterruptedException {
        SimNode node = busy();
        world.cut(node);
        run(5);
        leader().stepClock(Duration.ofHours(-1));
        run(90);
        assertThat(readiness(node)).isEqualTo(Readiness.LOST);
    }

    @Test
    void noNodeIsGivenUpBecauseTheClockWasSetForward() throws InterruptedException {
        leader().stepClock(Duration.ofDays(365));
        run(90);
        Simulation.settled(world);
    }

    private SimController leader() {
        Leader leader = world.oracle().leader().orElseThrow();
        return world.at(leader.getAgentAddress()).orElseThrow();
    }

    private SimNode busy() {
        return world.nodes().stream()
                .filter(node -> !node.runtime().running().isEmpty())
                .findFirst()
                .orElseThrow();
    }

    private Readiness readiness(SimNode node) {
        return world.oracle().nodes().values().stream()
                .filter(one -> one.getId().equals(node.id()))
                .map(Node::getReadiness)
                .findFirst()
                .orElseThrow();
    }

    private void run(int seconds) throws InterruptedException {
        world.agenda().run(Duration.ofSeconds(seconds));
    }
}
