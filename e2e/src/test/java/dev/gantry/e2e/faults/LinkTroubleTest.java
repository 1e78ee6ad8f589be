package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Hosts;
import dev.gantry.e2e.faults.FaultProxy.Trouble;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The link between agent and controller loses, delays, silences and haunts. The engine has no live restore: last, it dies. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LinkTroubleTest {

    private static final int AGENT_PORT = 14_567;
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private static Random chance;
    private static Hosts hosts;
    private static Fleet fleet;
    private static FaultProxy proxy;
    private static Ecs ecs;

    @BeforeAll
    static void start() {
        chance = Counts.chance("LinkTroubleTest", 8_853_298_756_665L);
        hosts = Hosts.start(1, List.of());
        fleet = Fleet.empty(hosts);
        fleet.addController("--settle", "1s");
        proxy = FaultProxy.start(Hosts.GATEWAY, new InetSocketAddress(Hosts.GATEWAY, AGENT_PORT), chance.nextLong());
        // The agent learns where the controller is, and must not go around the proxy.
        hosts.get(0).forbid(AGENT_PORT);
        fleet.join(hosts.get(0), "zone-a", target -> target.replaceAll("@.*", "@" + proxy.address()));
        ecs = new Ecs(new Api(Gantry.environment(fleet.controllerHome(0))));
        ecs.awaitNodes(1);
        ecs.create("web", ecs.register("web", Ecs.IDLE), 2, "");
        ecs.awaitRunning("web", 2);
    }

    @AfterAll
    static void stop() {
        fleet.close();
        proxy.close();
        hosts.close();
    }

    /** Out to four tasks and back to two, of which the first two are the ones of before. */
    private static Duration scaleOutAndIn() {
        Set<String> before = ecs.arns("web");
        long began = System.nanoTime();
        ecs.update("web", ",\"desiredCount\":4");
        ecs.awaitRunning("web", 4);
        Duration time = Figures.since(began);
        assertThat(ecs.arns("web")).containsAll(before);
        ecs.update("web", ",\"desiredCount\":2");
        ecs.awaitRunning("web", 2);
        return time;
    }

    /** Tasks that ended though nobody scaled them in. */
    private static long replaced() {
        return ecs.tasks("\"family\":\"web\",\"desiredStatus\":\"STOPPED\"").stream()
                .filter(task -> !task.path("stopCode").asText().equals("ServiceSchedulerInitiated"))
                .count();
    }

    private static Containers running() {
        return Containers.running(List.of(engine()));
    }

    private static Engine engine() {
        return hosts.get(0).engine();
    }

    @Test
    @Order(1)
    void worksOverALinkThatLosesAThird() {
        Duration well = scaleOutAndIn();
        hosts.get(0).lose(0.3);
        Duration lossy = scaleOutAndIn();
        hosts.get(0).clear();
        hosts.get(0).forbid(AGENT_PORT);
        Figures.print(
                "fault matrix",
                "30 %% loss: 2 to 4 running tasks in %.1f s (%.1f s without), tasks replaced %d",
                Figures.seconds(lossy),
                Figures.seconds(well),
                replaced());
        assertThat(replaced()).isZero();
    }

    @Test
    @Order(2)
    void worksWithDelayAndWithConnectionsThatOvertakeEachOther() throws InterruptedException {
        Trouble slow =
                Trouble.delay(Duration.ofMillis(100), Duration.ofMillis(500)).withGhosts();
        proxy.trouble(slow);
        int cuts = Counts.of("link-cuts", 4);
        for (int cut = 0; cut < cuts; cut++) {
            ecs.update("web", ",\"desiredCount\":" + (cut % 2 == 0 ? 4 : 2));
            hold(1_500);
            if (cut % 2 == 0) {
                proxy.cut();
            } else {
                proxy.cutAfter(chance.nextInt(5_000));
            }
        }
        ecs.update("web", ",\"desiredCount\":4");
        ecs.awaitRunning("web", 4);
        proxy.heal();
        ecs.update("web", ",\"desiredCount\":2");
        ecs.awaitRunning("web", 2);
        Containers all = Containers.all(List.of(engine()));
        Figures.print(
                "P8",
                "delay up to 500 ms, %d cuts, overtaking sessions: tasks with two containers %d, tasks replaced %d",
                cuts,
                all.doubles().size(),
                replaced());
        assertThat(all.doubles()).isEmpty();
        assertThat(replaced()).isZero();
    }

    @Test
    @Order(3)
    void noticesALinkThatIsUpAndSilentAndReplacesNothing() throws InterruptedException {
        Ecs.await("what was scaled in to be gone", () -> running().starts().size() == 2);
        Containers before = running();
        Set<String> tasks = ecs.arns("web");
        proxy.trouble(Trouble.silence());
        long silent = System.nanoTime();
        Ecs.await("something to be lost", () -> proxy.swallowed() > 0);
        boolean _ = NEVER.await(3, TimeUnit.SECONDS);
        proxy.heal();
        // What lost something stays dead: both ends must find out and connect anew.
        int length = Fleet.log(fleet.agentHome(hosts.get(0))).length();
        Ecs.await(
                "a new session",
                () -> Fleet.log(fleet.agentHome(hosts.get(0))).substring(length).contains("connected to the leader"));
        Duration noticed = Figures.since(silent);
        ecs.awaitNodes(1);
        Figures.print("fault matrix", "half-open link: noticed and replaced after %.1f s", Figures.seconds(noticed));
        assertThat(ecs.arns("web")).isEqualTo(tasks);
        assertThat(running().disturbedSince(before)).isZero();
    }

    @Test
    @Order(4)
    void hearsNothingForAWhileAndReplacesNothing() throws InterruptedException {
        hosts.get(0).deafen();
        boolean _ = NEVER.await(8, TimeUnit.SECONDS);
        hosts.get(0).clear();
        hosts.get(0).forbid(AGENT_PORT);
        scaleOutAndIn();
        Figures.print("fault matrix", "one way cut for 8 s: tasks replaced %d", replaced());
        assertThat(replaced()).isZero();
    }

    @Test
    @Order(5)
    void replacesWhatDiedWithAnEngineWithoutLiveRestore() throws Exception {
        Set<String> before = ecs.arns("web");
        long killed = System.nanoTime();
        engine().killAndRestart();
        Ecs.await("replacements", () -> {
            // One answer: between two of them the dead ones may stop.
            Set<String> running = ecs.arns("web");
            return running.size() == 2 && running.stream().noneMatch(before::contains);
        });
        Figures.print(
                "fault matrix",
                "dockerd killed without live-restore: 2 tasks replaced in %.1f s",
                Figures.seconds(Figures.since(killed)));
        // Nothing waits for what died to be cleared away.
        before.forEach(arn -> Ecs.await(
                arn + " to have stopped", () -> Ecs.status(ecs.task(arn)).equals("STOPPED")));
        assertThat(running().starts()).hasSize(2);
    }

    private static void hold(int millisMax) throws InterruptedException {
        boolean _ = NEVER.await(chance.nextInt(millisMax), TimeUnit.MILLISECONDS);
    }
}
