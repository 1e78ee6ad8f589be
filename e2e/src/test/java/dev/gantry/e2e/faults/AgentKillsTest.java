package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.Hosts;
import dev.gantry.e2e.bed.Registry;
import dev.gantry.e2e.faults.FaultProxy.Trouble;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The agent is killed again and again in the middle of a pull, a create, a start and a stop. Each container says when it begins. */
@Tag("e2e")
class AgentKillsTest {

    private static final int REGISTRY = 20_591;
    private static final long BYTES_PER_SECOND = 1_500_000;
    private static final String SAYS_SO = "echo begun; trap 'exit 0' TERM; while true; do sleep 0.1; done";
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private static Random chance;
    private static Hosts hosts;
    private static Fleet fleet;
    private static Registry registry;
    private static FaultProxy proxy;
    private static Ecs ecs;
    private static String image = "";
    private static final List<Duration> ADOPTIONS = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        chance = Counts.chance("AgentKillsTest", 9_160_560_798_712L);
        hosts = Hosts.start(1, List.of("--live-restore", "--insecure-registry", "10.213.0.0/24"));
        fleet = Fleet.start(hosts, "--settle", "1s");
        ecs = new Ecs(new Api(Gantry.environment(fleet.controllerHome(0))));
        registry = Registry.start(fleet.home().resolve("registry"), REGISTRY);
        proxy = FaultProxy.start(
                Hosts.GATEWAY, new InetSocketAddress(InetAddress.getLoopbackAddress(), REGISTRY), chance.nextLong());
        image = pushBulkyImage();
        proxy.trouble(Trouble.throttle(BYTES_PER_SECOND));
    }

    @AfterAll
    static void stop() throws Exception {
        fleet.close();
        proxy.close();
        registry.close();
        hosts.close();
    }

    private static Engine engine() {
        return hosts.get(0).engine();
    }

    /** An image with a layer of 3 MB that nobody has yet. */
    private static String pushBulkyImage() {
        String name = proxy.address() + "/bulky:1";
        engine().docker("run", "--name", "bulky", Engine.IMAGE, "sh", "-c", "head -c 3000000 /dev/urandom >/tmp/bulk")
                .run()
                .must();
        engine().docker("commit", "bulky", name).run().must();
        engine().docker("rm", "bulky").run().must();
        Ecs.await("the registry", () -> engine().docker("push", name).run().exit() == 0);
        engine().docker("rmi", name).run().must();
        return name;
    }

    @Test
    void noTaskIsStartedTwiceAndNoneThatRunsIsDisturbed() throws Exception {
        String steady = ecs.register("steady", Ecs.container(SAYS_SO, ""));
        ecs.create("steady", steady, 3, "");
        ecs.awaitRunning("steady", 3);
        Containers before = Containers.running(List.of(engine()));
        int kills = Counts.of("agent-kills", 8);
        for (int kill = 0; kill < kills; kill++) {
            switch (kill % 4) {
                case 0 -> duringPull(kill);
                case 1 -> duringStart(kill, 300);
                case 2 -> duringStart(kill, 1_500);
                default -> duringStop(kill);
            }
        }
        ecs.awaitRunning("steady", 3);
        Containers after = Containers.all(List.of(engine()));
        long disturbed = Containers.running(List.of(engine())).disturbedSince(before);
        List<String> twice = after.starts().keySet().stream()
                .filter(id -> beginnings(id) > 1)
                .toList();
        Figures.print(
                "P3",
                "agent killed %d times: running containers disturbed %d, adopted again %s",
                kills,
                disturbed,
                Figures.percentiles(ADOPTIONS));
        Figures.print(
                "P8",
                "containers %d, started twice %d, tasks with two containers %d",
                after.starts().size(),
                twice.size(),
                after.doubles().size());
        assertThat(disturbed).isZero();
        assertThat(twice).isEmpty();
        assertThat(after.doubles()).isEmpty();
    }

    private static long beginnings(String container) {
        return engine().docker("logs", container)
                .run()
                .out()
                .lines()
                .filter("begun"::equals)
                .count();
    }

    private static void duringPull(int number) throws InterruptedException {
        String definition =
                ecs.register("pull-" + number, Ecs.container(SAYS_SO, "").replace(Engine.IMAGE, image));
        String arn = ecs.run(definition, 1, "").getFirst();
        Ecs.await("the pull to begin", () -> proxy.connections() > 0 || isRunning(arn));
        hold(1_500);
        killAgent();
        ecs.awaitStatus(arn, "RUNNING");
        ecs.stop(arn);
        ecs.awaitStatus(arn, "STOPPED");
        // The next one is to pull it again.
        String id = ecs.task(arn).path("containers").path(0).path("runtimeId").asText();
        assertThat(beginnings(id)).isEqualTo(1);
        engine().docker("rm", id).run();
        engine().docker("rmi", image).run();
    }

    private static boolean isRunning(String arn) {
        return Ecs.isRunning(ecs.task(arn));
    }

    private static void duringStart(int number, int millisMax) throws InterruptedException {
        String definition = ecs.register("start-" + number, Ecs.container(SAYS_SO, ""));
        List<String> arns = ecs.run(definition, 3, "");
        hold(millisMax);
        killAgent();
        for (String arn : arns) {
            // What may have started is not started again: a task whose container was cut off before it was made ends.
            ecs.awaitTask(
                    arn,
                    "RUNNING or STOPPED",
                    task -> Ecs.isRunning(task)
                            || task.path("lastStatus").asText().equals("STOPPED"));
            ecs.stop(arn);
        }
    }

    private static void duringStop(int number) throws InterruptedException {
        String definition = ecs.register(
                "stop-" + number, Ecs.container("echo begun; trap '' TERM; while true; do sleep 0.1; done", ""));
        String arn = ecs.run(definition, 1, "").getFirst();
        ecs.awaitStatus(arn, "RUNNING");
        ecs.stop(arn);
        hold(2_500);
        killAgent();
        ecs.awaitStatus(arn, "STOPPED");
        JsonNode container = ecs.task(arn).path("containers").path(0);
        assertThat(container.path("exitCode").asInt(-1)).isEqualTo(137);
    }

    private static void killAgent() {
        Host host = hosts.get(0);
        Gantry agent = fleet.agent(host);
        agent.kill();
        int before = Fleet.log(fleet.agentHome(host)).length();
        long restarted = System.nanoTime();
        agent.restart();
        Ecs.await(
                "the agent to be back",
                () -> Fleet.log(fleet.agentHome(host)).substring(before).contains("connected to the leader"));
        ADOPTIONS.add(Figures.since(restarted));
    }

    /** By chance, up to so long. */
    private static void hold(int millisMax) throws InterruptedException {
        boolean _ = NEVER.await(chance.nextInt(millisMax), TimeUnit.MILLISECONDS);
    }
}
