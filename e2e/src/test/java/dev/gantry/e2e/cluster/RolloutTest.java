package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Etcd;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Hosts;
import dev.gantry.store.Backend;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three hosts, one controller on a real etcd: where tasks go, and each step of a rolling update. */
@Tag("e2e")
class RolloutTest {

    private static final Duration TIME = Duration.ofSeconds(60);

    private static Hosts hosts;
    private static Etcd etcd;
    private static Fleet fleet;
    private static Deployments deployments;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(3);
        etcd = Etcd.start(1);
        fleet = Fleet.start(hosts, "--store", "etcd=" + etcd.urls(), "--settle", "2s");
        deployments = new Deployments(fleet.aws());
    }

    @AfterAll
    static void stop() {
        fleet.close();
        etcd.close();
        hosts.close();
    }

    @Test
    void spreadsSixTasksEvenlyOverTheZonesAndThenTheNodes() {
        String definition = deployments.register("spread", "");
        deployments.create(
                "spread",
                definition,
                6,
                "--placement-strategy",
                "type=spread,field=attribute:ecs.availability-zone",
                "type=spread,field=instanceId");
        deployments.awaitStable("spread");

        Map<String, Long> byZone = deployments.runningTasks("spread").stream()
                .collect(Collectors.groupingBy(t -> t.path("availabilityZone").asText(), Collectors.counting()));
        assertThat(byZone).containsOnly(Map.entry("zone-a", 3L), Map.entry("zone-b", 3L));
        assertThat(tasksByNode("spread").values()).containsExactlyInAnyOrder(1L, 2L, 3L);
        deployments.delete("spread");
    }

    @Test
    void placesDistinctInstanceTasksOnDifferentNodesAndExplainsTheOneTooMany() {
        String definition = deployments.register("distinct", "");
        deployments.create("distinct", definition, 4, "--placement-constraints", "type=distinctInstance");

        deployments.awaitRunning("distinct", 3, TIME);
        assertThat(tasksByNode("distinct").values()).containsExactly(1L, 1L, 1L);
        Awaitility.await()
                .atMost(TIME)
                .untilAsserted(
                        () -> assertThat(events("distinct")).anyMatch(e -> e.contains("unable to place a task")));
        assertThat(fleet.gantry("why", "distinct").run().must()).contains("DistinctInstance");
        deployments.delete("distinct");
    }

    @Test
    void rollsFourTasksAtFiftyToHundredPercentByStoppingTwoFirst() throws Exception {
        assertRolled(rollOut("fifty", 50, 100), "stop 2 old");
    }

    @Test
    void rollsFourTasksAtHundredToHundredFiftyPercentByStartingTwoFirst() throws Exception {
        assertRolled(rollOut("hundred", 100, 150), "start 2 new");
    }

    /** Of two tasks that start at once one may settle before the other, and then the next step goes by ones. */
    private static void assertRolled(List<String> steps, String first) {
        assertThat(steps).as("steps").startsWith(first);
        for (String kind : List.of("stop", "start")) {
            assertThat(steps.stream()
                            .filter(step -> step.startsWith(kind + " "))
                            .mapToInt(step -> Integer.parseInt(step.split(" ")[1]))
                            .sum())
                    .as("%s in %s", kind, steps)
                    .isEqualTo(4);
        }
    }

    /** Rolls a service of four from one revision to the next, and answers the steps that it took. */
    private static List<String> rollOut(String name, int minimum, int maximum) throws Exception {
        String first = deployments.register(name, "");
        String second = deployments.register(name, ",\"environment\":[{\"name\":\"V\",\"value\":\"2\"}]");
        deployments.create(
                name,
                first,
                4,
                "--deployment-configuration",
                "minimumHealthyPercent=" + minimum + ",maximumPercent=" + maximum);
        deployments.awaitStable(name);
        awaitCompleted(name, first);
        try (Backend backend = StoreAccess.etcd(etcd)) {
            long before = backend.read().revision();
            fleet.aws().ecs("update-service", "--service", name, "--task-definition", second);
            deployments.awaitStable(name);
            awaitCompleted(name, second);
            History history = History.of(backend, "ecs-service/default/" + name, 0);
            History rollout = history.after(before);
            assertThat(rollout.counts()).allSatisfy(count -> {
                assertThat(count.alive()).isLessThanOrEqualTo(4 * maximum / 100);
                assertThat(count.running()).isGreaterThanOrEqualTo(4 * minimum / 100);
            });
            deployments.delete(name);
            return rollout.steps(1, 2);
        }
    }

    private static void awaitCompleted(String service, String definition) {
        Awaitility.await("rollout of " + service + " to " + definition)
                .atMost(TIME)
                .until(() -> {
                    JsonNode newest =
                            deployments.describe(service).path("deployments").path(0);
                    return newest.path("rolloutState").asText().equals("COMPLETED")
                            && newest.path("taskDefinition").asText().equals(definition);
                });
    }

    private static Map<String, Long> tasksByNode(String service) {
        return deployments.runningTasks(service).stream()
                .collect(Collectors.groupingBy(
                        t -> t.path("containerInstanceArn").asText(), Collectors.counting()));
    }

    private static List<String> events(String service) {
        return Fleet.stream(deployments.describe(service).path("events"))
                .map(e -> e.path("message").asText())
                .toList();
    }
}
