package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Etcd;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.Hosts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Two controllers on three etcd members, three hosts: leaders die and freeze, hosts vanish, everything that decides is gone. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterFaultsTest {

    private static final Duration LOST_AFTER = Duration.ofSeconds(15);
    private static final int TASKS = 4;
    private static final int PORT = 18_080;
    private static final CountDownLatch NEVER = new CountDownLatch(1);
    private static final List<Ecs> ECS = new ArrayList<>();

    private static Hosts hosts;
    private static Etcd etcd;
    private static Fleet fleet;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(3);
        etcd = Etcd.start(3);
        String[] options = {
            "--store", "etcd=" + etcd.urls(), "--settle", "1s", "--unreachable-after", "5s", "--lost-after", "15s"
        };
        fleet = Fleet.start(hosts, options);
        fleet.addController(options);
        for (int number = 0; number < 2; number++) {
            ECS.add(new Ecs(new Api(Gantry.environment(fleet.controllerHome(number)))));
        }
        Ecs ecs = ECS.getFirst();
        ecs.create("web", ecs.register("web", Ecs.IDLE), TASKS, "");
        ecs.create("single", ecs.register("single", Ecs.IDLE), 1, """
            ,"tags":[{"key":"gantry:singleton","value":"true"}]\
            """);
        ecs.create("server", ecs.register("server", server()), 1, "");
        ecs.create("pair", ecs.register("pair", pair()), 1, "");
        for (String service : List.of("single", "server", "pair")) {
            ecs.awaitRunning(service, 1);
        }
        ecs.awaitRunning("web", TASKS);
    }

    private static String server() {
        return Ecs.container(
                "echo well >/tmp/index.html; httpd -p 80 -h /tmp; trap 'exit 0' TERM; while true; do sleep 0.1; done",
                """
                ,"portMappings":[{"containerPort":80,"hostPort":%d}]\
                """.formatted(PORT));
    }

    /** Two essential containers, and one that its policy restarts. */
    private static String pair() {
        return Ecs.IDLE + "," + Ecs.IDLE.replace("\"main\"", "\"other\"") + ","
                + Ecs.container("while true; do sleep 0.1; done", """
                    ,"restartPolicy":{"enabled":true,"restartAttemptPeriod":60}\
                    """)
                        .replace("\"main\"", "\"restarted\"")
                        .replace("\"essential\":true", "\"essential\":false");
    }

    @AfterAll
    static void stop() {
        fleet.close();
        etcd.close();
        hosts.close();
    }

    private static List<Engine> engines() {
        return hosts.all().stream().map(Host::engine).toList();
    }

    /** Number of the controller that leads, as its own status says. */
    private static int leader() {
        String status = fleet.gantry("status", "-o", "json").run().must();
        return status.contains(":14577") && status.indexOf(":14577") == status.lastIndexOf(":14577") ? 1 : 0;
    }

    @Test
    @Order(1)
    void anotherControllerDecidesSoonAfterTheLeaderIsKilledOrFrozen() throws Exception {
        Containers before = lasting(ECS.getFirst());
        List<Duration> times = new ArrayList<>();
        int desired = TASKS;
        int rounds = Counts.of("failovers", 2);
        // The second controller started after the agents had been welcomed.
        Ecs.await(
                "the agents to know both controllers",
                () -> hosts.all().stream()
                        .allMatch(host -> Fleet.log(fleet.agentHome(host)).contains(":14577]")));
        long failedReads = 0;
        for (int round = 0; round < rounds; round++) {
            int leader = leader();
            boolean kill = round % 2 == 0;
            Gantry victim = fleet.controller(leader);
            Ecs survivor = ECS.get(1 - leader);
            desired++;
            long at = System.nanoTime();
            if (kill) {
                victim.kill();
            } else {
                victim.freeze();
            }
            survivor.update("web", ",\"desiredCount\":" + desired);
            failedReads += readUntilPlaced(survivor, desired);
            times.add(Figures.since(at));
            if (kill) {
                victim.restart();
                victim.awaitLine("ready (");
            } else {
                victim.thaw();
            }
            survivor.awaitRunning("web", desired);
            survivor.awaitNodes(3);
        }
        long disturbed = Containers.running(engines()).disturbedSince(before);
        Figures.print(
                "P5",
                "leader killed or frozen %d times: next decision after %s; failed reads elsewhere %d, containers"
                        + " disturbed %d",
                rounds,
                Figures.percentiles(times),
                failedReads,
                disturbed);
        ECS.getFirst().update("web", ",\"desiredCount\":" + TASKS);
        ECS.getFirst().awaitRunning("web", TASKS);
        assertThat(disturbed).isZero();
        assertThat(failedReads).isZero();
        assertThat(Figures.percentile(times, 95)).isLessThan(Duration.ofSeconds(30));
    }

    /** Asks until a node is chosen for each task, and counts the answers that failed. */
    private static long readUntilPlaced(Ecs survivor, int desired) throws InterruptedException {
        long failed = 0;
        long placed = 0;
        long end = System.nanoTime() + Ecs.PATIENCE.toNanos();
        while (placed < desired && System.nanoTime() < end) {
            try {
                placed = survivor.liveTasks("web").stream()
                        .filter(task -> task.hasNonNull("containerInstanceArn"))
                        .count();
            } catch (AssertionError e) {
                failed++;
            }
            boolean _ = NEVER.await(50, TimeUnit.MILLISECONDS);
        }
        assertThat(placed).isGreaterThanOrEqualTo(desired);
        return failed;
    }

    private static Duration runsFor(Host host, String id) {
        String started = host.engine()
                .docker("inspect", "-f", "{{.State.StartedAt}}", id)
                .run()
                .must()
                .strip();
        return Duration.between(Instant.parse(started), Instant.now());
    }

    private static boolean isUp(Host host, String id) {
        return host.engine()
                .docker("inspect", "-f", "{{.State.Running}}", id)
                .run()
                .must()
                .strip()
                .equals("true");
    }

    private static String container(JsonNode task, String name) {
        return Fleet.stream(task.path("containers"))
                .filter(container -> container.path("name").asText().equals(name))
                .map(container -> container.path("runtimeId").asText())
                .findFirst()
                .orElseThrow();
    }

    /** All but the singleton, which must end where no leader is heard for too long. */
    private static Containers lasting(Ecs ecs) {
        return Containers.running(engines()).without(List.copyOf(ecs.arns("single")));
    }

    private static Host hostOf(JsonNode task) {
        String first = task.path("containers").path(0).path("runtimeId").asText();
        return hosts.all().stream()
                .filter(host ->
                        host.engine().containers("dev.gantry.workload", true).contains(first))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Order(2)
    void theTasksOfAVanishedHostRunElsewhereSoonAfterItCountsAsLost() {
        Ecs ecs = ECS.getFirst();
        List<Duration> times = new ArrayList<>();
        List<Duration> rejoins = new ArrayList<>();
        int rounds = Counts.of("node-losses", 2);
        for (int round = 0; round < rounds; round++) {
            JsonNode single = ecs.runningTasks("single").getFirst();
            Host victim = hostOf(single);
            List<Engine> others = engines().stream()
                    .filter(engine -> !engine.equals(victim.engine()))
                    .toList();
            int elsewhere = Containers.running(others).starts().size();
            long cut = System.nanoTime();
            victim.cut();
            // An agent that hangs cannot end what must not run twice: something else has to.
            boolean hangs = round % 2 == 1;
            if (hangs) {
                fleet.agent(victim).freeze();
            }
            Set<String> gone = tasksOn(single.path("containerInstanceArn").asText());
            Ecs.await("replacements", () -> {
                Set<String> now = ecs.arns("web");
                now.addAll(ecs.arns("single"));
                now.addAll(ecs.arns("pair"));
                now.addAll(ecs.arns("server"));
                return now.size() == TASKS + 3 && now.stream().noneMatch(gone::contains);
            });
            times.add(Figures.since(cut).minus(LOST_AFTER));
            assertThat(Containers.running(others).starts().size()).isGreaterThan(elsewhere);
            long mended = System.nanoTime();
            victim.mend();
            if (hangs) {
                fleet.agent(victim).thaw();
            }
            Ecs.await(
                    "the returned host to end what was replaced",
                    () -> Containers.running(engines()).starts().size() == TASKS + 1 + 1 + 3);
            rejoins.add(Figures.since(mended));
            ecs.awaitNodes(3);
        }
        Figures.print(
                "P6",
                "host cut off %d times: replacements RUNNING, beyond lost-after of %d s, %s; what was replaced ended"
                        + " after the return in %s",
                rounds,
                LOST_AFTER.toSeconds(),
                Figures.percentiles(times),
                Figures.percentiles(rejoins));
        assertThat(Figures.percentile(times, 95)).isLessThan(Duration.ofSeconds(40));
    }

    private static Set<String> tasksOn(String node) {
        return ECS.getFirst().tasks("\"desiredStatus\":\"RUNNING\"").stream()
                .filter(task -> task.path("containerInstanceArn").asText().equals(node))
                .map(task -> task.path("taskArn").asText())
                .collect(Collectors.toSet());
    }

    @Test
    @Order(3)
    void aSingletonNeverRunsTwice() {
        Ecs ecs = ECS.getFirst();
        int rounds = Counts.of("singleton-rollouts", 2);
        for (int round = 0; round < rounds; round++) {
            Host host = hostOf(ecs.runningTasks("single").getFirst());
            String next = ecs.register("single", Ecs.IDLE);
            ecs.update("single", ",\"taskDefinition\":\"" + next + "\"");
            fleet.controller(round % 2).kill();
            fleet.agent(host).kill();
            fleet.agent(host).restart();
            fleet.controller(round % 2).restart();
            fleet.controller(round % 2).awaitLine("ready (");
            Ecs.await(
                    "the next one",
                    () -> ecs.runningTasks("single").stream()
                            .anyMatch(task ->
                                    task.path("taskDefinitionArn").asText().equals(next)));
            ecs.awaitRunning("single", 1);
        }
        Instant now = Instant.now();
        Witness witness = Witness.of(engines(), "single", now);
        Figures.print(
                "P7",
                "singleton, its host cut off %d times, the agent hanging in half of them, and %d rollouts with"
                        + " controller and agent killed: overlap %d ms of %d runs",
                Counts.of("node-losses", 2),
                rounds,
                witness.overlap().toMillis(),
                witness.runs().size());
        assertThat(witness.overlap()).isZero();
    }

    @Test
    @Order(4)
    void tasksAndTrafficDoNotNeedControllersNorStore() throws Exception {
        Ecs ecs = ECS.getFirst();
        ecs.awaitNodes(3);
        String address = hostOf(ecs.runningTasks("server").getFirst()).address();
        Traffic traffic = Traffic.to("http://" + address + ":" + PORT + "/");
        Containers before = lasting(ECS.getFirst());
        fleet.controller(0).kill();
        fleet.controller(1).kill();
        for (int member = 0; member < 3; member++) {
            etcd.kill(member);
        }
        boolean _ = NEVER.await(Counts.of("outage-seconds", 10), TimeUnit.SECONDS);
        restartEverything();
        ecs.awaitNodes(3);
        ecs.awaitRunning("web", TASKS);
        Traffic.Tally tally = traffic.stop();
        long disturbed = Containers.running(engines()).disturbedSince(before);
        Figures.print(
                "P2",
                "controllers and etcd killed for %.1f s: requests %d, failed %d; containers disturbed %d",
                Figures.seconds(tally.time()),
                tally.answered() + tally.failed(),
                tally.failed(),
                disturbed);
        assertThat(tally.failed()).isZero();
        assertThat(disturbed).isZero();
    }

    @Test
    @Order(5)
    void aDisconnectedAgentGoesOnEnforcingWhatItWasTold() throws Exception {
        Ecs ecs = ECS.getFirst();
        JsonNode task = ecs.runningTasks("pair").getFirst();
        Host host = hostOf(task);
        String main = container(task, "main");
        String restarted = container(task, "restarted");
        // Its policy restarts only what ran for its period, which is a minute at least: so this is the last test.
        Ecs.await("a minute of running", () -> runsFor(host, restarted).compareTo(Duration.ofSeconds(61)) > 0);
        host.cut();
        long killed = System.nanoTime();
        host.engine().docker("kill", restarted).run().must();
        Ecs.await(
                "the restart",
                () -> runsFor(host, restarted).compareTo(Duration.ofSeconds(30)) < 0 && isUp(host, restarted));
        Duration restart = Figures.since(killed);
        killed = System.nanoTime();
        host.engine().docker("kill", main).run().must();
        Ecs.await("the end of the others", () -> !isUp(host, container(task, "other")));
        Duration stop = Figures.since(killed);
        host.mend();
        ecs.awaitNodes(3);
        ecs.awaitRunning("pair", 1);
        ecs.awaitRunning("web", TASKS);
        Ecs.await(
                "no container too many",
                () -> Containers.running(engines()).starts().size() == TASKS + 1 + 1 + 3);
        Figures.print(
                "P4",
                "cut off: restarted by policy after %.1f s, task ended after its essential container in %.1f s;"
                        + " containers too many after rejoining 0",
                Figures.seconds(restart),
                Figures.seconds(stop));
        assertThat(restart).isLessThan(Duration.ofSeconds(30));
    }

    private static void restartEverything() throws IOException {
        for (int member = 0; member < 3; member++) {
            etcd.restart(member);
        }
        for (int number = 0; number < 2; number++) {
            fleet.controller(number).restart();
        }
        for (int number = 0; number < 2; number++) {
            fleet.controller(number).awaitLine("ready (");
        }
    }
}
