package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Etcd;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.Hosts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Two controllers on three etcd members, three hosts: what dies, and what goes on. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailureTest {

    private static final Duration TIME = Duration.ofSeconds(90);
    private static final String[] TIMING = {"--settle", "1s", "--unreachable-after", "4s", "--lost-after", "8s"};

    private static Hosts hosts;
    private static Etcd etcd;
    private static Fleet fleet;
    private static Deployments deployments;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(3);
        etcd = Etcd.start(3);
        fleet = Fleet.start(hosts, options());
        fleet.addController(options());
        deployments = new Deployments(fleet.aws());
        deployments.create("web", deployments.register("web", ""), 6);
        deployments.awaitStable("web");
    }

    @AfterAll
    static void stop() {
        fleet.close();
        etcd.close();
        hosts.close();
    }

    @Test
    @Order(1)
    void containersGoOnUntouchedWhenAgentAndControllerAreKilled() {
        Map<String, String> before = containers();
        assertThat(before).hasSize(6);
        hosts.all().forEach(host -> fleet.agent(host).kill());
        fleet.controller(0).kill();
        fleet.controller(1).kill();
        assertThat(containers()).isEqualTo(before);

        fleet.controller(0).restart();
        fleet.controller(1).restart();
        // At once: nodes that are silent for too long after a leader's first word are given up, as they should be.
        hosts.all().forEach(host -> fleet.agent(host).restart());
        fleet.controller(0).awaitLine("ready (");
        fleet.awaitNodes(3);
        deployments.awaitStable("web");
        assertThat(containers()).isEqualTo(before);
        assertThat(deployments.runningTasks("web")).hasSize(6);
    }

    @Test
    @Order(2)
    void aMemberOfTheStoreMayDie() throws Exception {
        etcd.kill(0);
        fleet.aws().ecs("update-service", "--service", "web", "--desired-count", "7");
        deployments.awaitRunning("web", 7, TIME);
        fleet.aws().ecs("update-service", "--service", "web", "--desired-count", "6");
        deployments.awaitRunning("web", 6, TIME);
        etcd.restart(0);
    }

    @Test
    @Order(3)
    void theOtherControllerTakesOverInTheMiddleOfARollout() {
        Gantry first = fleet.controller(leader());
        int survivor = 1 - leader();
        String next = deployments.register("web", ",\"environment\":[{\"name\":\"V\",\"value\":\"2\"}]");
        fleet.aws(survivor).ecs("update-service", "--service", "web", "--task-definition", next);
        Awaitility.await("first new task")
                .atMost(TIME)
                .until(() -> fleet.aws(survivor)
                        .ecs("describe-services", "--services", "web")
                        .toString()
                        .contains("\"runningCount\""));
        first.kill();

        Deployments through = new Deployments(fleet.aws(survivor));
        Awaitility.await("rollout to go on under the other controller")
                .atMost(TIME)
                .until(() -> {
                    List<JsonNode> tasks = through.runningTasks("web");
                    return tasks.size() == 6
                            && tasks.stream()
                                    .allMatch(t ->
                                            t.path("taskDefinitionArn").asText().equals(next));
                });
        first.restart();
        first.awaitLine("ready (");
    }

    @Test
    @Order(4)
    void theTasksOfADeadNodeAreReplacedAndItComesBackAsItself() {
        Host victim = hosts.get(2);
        int leader = leader();
        Deployments through = new Deployments(fleet.aws(leader));
        victim.cut();
        Awaitility.await("replacements of the dead node's tasks")
                .atMost(TIME)
                .until(() -> through.runningTasks("web").size() == 6 && fleet.connectedNodes() == 2);
        victim.mend();
        fleet.awaitNodes(3);
        Awaitility.await("the returned node to stop what was replaced")
                .atMost(TIME)
                .until(() -> containers().size() == 6);
        assertThat(fleet.aws().ecs("list-container-instances").path("containerInstanceArns"))
                .hasSize(3);
    }

    private static String[] options() {
        List<String> options = new ArrayList<>(List.of("--store", "etcd=" + etcd.urls()));
        options.addAll(List.of(TIMING));
        return options.toArray(String[]::new);
    }

    /** Number of the controller that leads, as its own status says. */
    private static int leader() {
        String status = fleet.gantry("status", "-o", "json").run().must();
        return status.contains(":14577") && status.indexOf(":14577") == status.lastIndexOf(":14577") ? 1 : 0;
    }

    /** Running containers of the service with their start times, over all hosts. */
    private static Map<String, String> containers() {
        Map<String, String> all = new TreeMap<>();
        for (Host host : hosts.all()) {
            for (String id : host.engine().containers("com.amazonaws.ecs.task-definition-family=web", false)) {
                all.put(
                        id,
                        host.engine()
                                .docker("inspect", "-f", "{{.State.StartedAt}}", id)
                                .run()
                                .must()
                                .strip());
            }
        }
        return all;
    }
}
