package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Hosts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * One controller with its embedded store is killed in situations with a name, while clients write all the time. After each
 * kill, what was asked for comes true, nothing runs twice, and whoever ran before runs on.
 */
@Tag("e2e")
class KillPointsTest {

    private static Hosts hosts;
    private static Fleet fleet;
    private static Api api;
    private static Random chance;
    private static Writers writers;
    private static Containers bystanders;

    @BeforeAll
    static void start() {
        chance = Counts.chance("KillPointsTest", 8_682_742_938_402L);
        hosts = Hosts.start(1);
        fleet = Fleet.start(hosts, "--settle", "1s", "--unreachable-after", "4s", "--lost-after", "12s");
        api = new Api(Gantry.environment(fleet.controllerHome(0)));
        Ecs ecs = new Ecs(api);
        ecs.create("bystanders", ecs.register("bystanders", Ecs.IDLE), 2, "");
        ecs.awaitRunning("bystanders", 2);
        bystanders = Containers.running(List.of(hosts.get(0).engine()));
        writers = writers(ecs);
        writers.start(2, chance);
    }

    private static Writers writers(Ecs ecs) {
        Writers all = new Writers(20);
        String cluster = ecs.call("DescribeClusters", "{}")
                .path("clusters")
                .path(0)
                .path("clusterArn")
                .asText();
        String node = ecs.nodes().getFirst().path("containerInstanceArn").asText();
        ecs.create("limits", ecs.register("limits", Ecs.IDLE), 0, "");
        return all.add(api, Register.tag(cluster, "one"))
                .add(api, Register.tag(cluster, "two"))
                .add(api, Register.attribute(node, "written"))
                .add(api, Register.maximumPercent("limits"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        Writers.Verdict verdict = writers.finish();
        Containers now = Containers.running(
                hosts.all().stream().map(host -> host.engine()).toList());
        fleet.close();
        hosts.close();
        verdict.print("embedded store, killed at every kill point");
        assertThat(verdict.lost()).isEmpty();
        assertThat(verdict.stale()).isEmpty();
        Figures.print("P2", "containers that a killed controller disturbed: %d", now.disturbedSince(bystanders));
    }

    /** As many as were asked for, by chance; each is named in the report. */
    @TestFactory
    Stream<DynamicTest> aControllerThatIsKilledGoesOnWhereItWas() {
        List<KillPoint> chosen = new ArrayList<>(KillPoints.all());
        int count = Math.min(chosen.size(), Counts.of("kill-points", 6));
        Collections.shuffle(chosen, chance);
        Figures.print("P9", "kill points: %d of %d", count, chosen.size());
        return chosen.stream().limit(count).map(point -> DynamicTest.dynamicTest(point.name(), () -> kill(point)));
    }

    private static void kill(KillPoint point) throws Exception {
        Scene scene = new Scene(
                fleet,
                hosts.get(0),
                api,
                chance,
                "k" + Integer.toHexString(point.name().hashCode()));
        System.out.println("faults: killed " + point.name());
        // After the kill before; RunTask is answered at once, and finds no node where none has come back yet.
        scene.ecs().awaitNodes(1);
        KillPoint.Check check = point.arrange().make(scene);
        fleet.controller(0).kill();
        fleet.controller(0).restart();
        fleet.controller(0).awaitLine("ready (");
        check.run();
        Containers all = scene.containers();
        assertThat(all.doubles()).isEmpty();
        assertThat(Containers.running(List.of(scene.engine())).disturbedSince(bystanders))
                .isZero();
        cleanUp(scene);
    }

    private static void cleanUp(Scene scene) {
        Ecs ecs = scene.ecs();
        if (ecs.service(scene.name()).path("status").asText().equals("ACTIVE")) {
            ecs.delete(scene.name());
        }
        ecs.tasks("\"family\":\"" + scene.name() + "\"")
                .forEach(task -> ecs.stop(task.path("taskArn").asText()));
    }
}
