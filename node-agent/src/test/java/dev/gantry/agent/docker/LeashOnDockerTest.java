package dev.gantry.agent.docker;

import static dev.gantry.agent.work.Specs.container;
import static dev.gantry.agent.work.Specs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.agent.Fence;
import dev.gantry.agent.Leash;
import dev.gantry.agent.leash.NodeLeash;
import dev.gantry.agent.leash.Uptime;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must not run twice ends by itself on a real Docker engine. */
@Tag("e2e")
class LeashOnDockerTest {

    private static final String DEAF = "trap '' TERM; while true; do sleep 0.1; done";
    private static final String POLITE = "trap 'exit 5' TERM; while true; do sleep 0.1; done";
    private static final Fence LONG = new Fence(Duration.ofMinutes(5), Duration.ofSeconds(5));

    @TempDir
    private Path directory;

    private Leash leash = Leash.NONE;
    private RealNode node;

    @BeforeEach
    void open() throws InterruptedException, IOException {
        leash = NodeLeash.of("unix:///var/run/docker.sock", directory.resolve("leash"));
        assumeTrue(leash.isPossible(), "a leash needs root");
        node = new RealNode(directory, UnaryOperator.identity(), leash);
    }

    @AfterEach
    void close() throws InterruptedException {
        if (node != null) {
            node.close();
        }
    }

    private static DesiredWorkload singleton(String id, String command) {
        DesiredWorkload task = run(id, container("one", command));
        return task.toBuilder()
                .setSpec(task.getSpec().toBuilder().setSingleton(true))
                .build();
    }

    private static void await(java.util.concurrent.Callable<Boolean> what) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(what);
    }

    private static boolean isRunning(DockerEngine engine, String id) throws InterruptedException {
        return engine.inspect(id)
                .filter(found -> found.container().state() == ObservedContainer.State.RUNNING)
                .isPresent();
    }

    @Test
    void whatMustNotRunTwiceIsKilledInTimeThoughTheAgentIsDead() throws InterruptedException {
        leash.extend(Uptime.nanos(), LONG);
        node.obey(singleton("t1", DEAF), run("t2", container("other", DEAF)));
        String one = node.awaitPhase("t1", Phase.RUNNING).getContainers(0).getRuntimeId();
        String other = node.awaitPhase("t2", Phase.RUNNING).getContainers(0).getRuntimeId();
        leash.extend(Uptime.nanos(), new Fence(Duration.ofMillis(200), Duration.ofMillis(300)));
        node.die();
        try (DockerEngine somebody = DockerEngine.connect(node.settings)) {
            await(() -> !isRunning(somebody, one));
            assertThat(isRunning(somebody, other)).isTrue();
            assertThat(somebody.inspect(one).orElseThrow().container().exitCode())
                    .isEqualTo(137);
        }
        node.restart();
    }

    @Test
    void theScriptEndsWhenNothingIsLeftThatItCouldEnd() throws InterruptedException, IOException {
        leash.extend(Uptime.nanos(), LONG);
        node.obey(singleton("t1", DEAF));
        node.awaitPhase("t1", Phase.RUNNING);
        Path held = directory.resolve("leash/held");
        Path gates = directory.resolve("leash/gates");
        assertThat(held).isNotEmptyDirectory();
        assertThat(gates).isNotEmptyDirectory();
        leash.extend(Uptime.nanos(), new Fence(Duration.ZERO, Duration.ZERO));
        node.die();
        await(() -> isFree(directory.resolve("leash/lock")));
        assertThat(held).isEmptyDirectory();
        assertThat(gates).isEmptyDirectory();
        node.restart();
    }

    private static boolean isFree(Path lock) throws IOException, InterruptedException {
        return new ProcessBuilder("flock", "-n", lock.toString(), "true")
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void theEngineDoesNotStartItWhenItsAgentAsksTooLate() throws InterruptedException, IOException {
        leash.extend(Uptime.nanos(), LONG);
        node.obey(singleton("t1", POLITE));
        String id = node.awaitPhase("t1", Phase.RUNNING).getContainers(0).getRuntimeId();
        leash.extend(Uptime.nanos(), new Fence(Duration.ZERO, Duration.ZERO));
        node.awaitPhase("t1", Phase.STOPPED);
        await(() -> isFree(directory.resolve("leash/lock")));
        try (DockerEngine engine = DockerEngine.connect(node.settings)) {
            assertThatThrownBy(() -> engine.start(id)).hasMessageContaining("bind source path does not exist");
        }
    }

    @Test
    void itIsAskedToEndBeforeItIsKilled() {
        leash.extend(Uptime.nanos(), LONG);
        node.obey(singleton("t1", POLITE));
        node.awaitPhase("t1", Phase.RUNNING);
        leash.extend(Uptime.nanos(), new Fence(Duration.ZERO, Duration.ofMinutes(5)));
        Observation stopped = node.awaitPhase("t1", Phase.STOPPED);
        assertThat(stopped.getContainers(0).getExitCode()).isEqualTo(5);
    }

    @Test
    void withoutALeaderItDoesNotStart() throws InterruptedException {
        node.obey(singleton("t1", POLITE));
        Observation stopped = node.awaitPhase("t1", Phase.STOPPED);
        assertThat(stopped.getContainers(0).getReason()).startsWith("LeashExpiredError: this node has heard no leader");
        assertThat(node.engine().list()).isEmpty();
    }

    @Test
    void theTimeThatWasGivenOutlivesTheAgent() throws IOException, InterruptedException {
        leash.extend(Uptime.nanos(), LONG);
        node.obey(singleton("t1", POLITE));
        String id = node.awaitPhase("t1", Phase.RUNNING).getContainers(0).getRuntimeId();
        Leash next = NodeLeash.of("unix:///var/run/docker.sock", directory.resolve("leash"));
        assertThat(next.hold(id, "t1")).isTrue();
        next.extend(Uptime.nanos(), new Fence(Duration.ZERO, Duration.ZERO));
        assertThat(next.hold(id, "t1")).isFalse();
    }
}
