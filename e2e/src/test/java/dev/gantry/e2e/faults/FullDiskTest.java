package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Disk;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Hosts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The disks under the controller's store and under the agent fill up, and have room again. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FullDiskTest {

    private static final int MEGABYTES = 32;

    private static Hosts hosts;
    private static Fleet fleet;
    private static Disk ofController;
    private static Disk ofAgent;
    private static Ecs ecs;
    private static Containers before;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(1);
        fleet = Fleet.empty(hosts);
        ofController = Disk.mount(fleet.controllerHome(0), MEGABYTES);
        ofAgent = Disk.mount(fleet.agentHome(hosts.get(0)), MEGABYTES);
        fleet.addController("--settle", "1s");
        fleet.join(hosts.get(0), "zone-a");
        ecs = new Ecs(new Api(Gantry.environment(fleet.controllerHome(0))));
        ecs.awaitNodes(1);
        ecs.create("web", ecs.register("web", Ecs.IDLE), 2, "");
        ecs.awaitRunning("web", 2);
        before = running();
    }

    @AfterAll
    static void stop() {
        fleet.close();
        ofController.close();
        ofAgent.close();
        hosts.close();
    }

    private static Engine engine() {
        return hosts.get(0).engine();
    }

    private static Containers running() {
        return Containers.running(List.of(engine()));
    }

    @Test
    @Order(1)
    void aFullDiskUnderTheStoreRefusesWritesServesReadsAndHealsByItself() throws Exception {
        ofController.fill(2 << 20);
        List<String> kept = new ArrayList<>();
        Api.Answer refused = registerUntilRefused(kept);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body().toString()).contains("ServiceUnavailable").contains("free space");
        assertThat(ecs.runningTasks("web")).hasSize(2);

        ofController.free();
        long freed = System.nanoTime();
        Ecs.await(
                "writes to be taken again",
                () -> !ecs.register("healed", Ecs.IDLE).isEmpty());
        Figures.print(
                "P17",
                "full disk under the store: write refused with %d, reads served, healed %.1f s after there was space",
                refused.status(),
                Figures.seconds(Figures.since(freed)));
        fleet.controller(0).kill();
        fleet.controller(0).restart();
        fleet.controller(0).awaitLine("ready (");
        kept.forEach(arn -> assertThat(ecs.call("DescribeTaskDefinition", "{\"taskDefinition\":\"%s\"}", arn)
                        .path("taskDefinition")
                        .path("taskDefinitionArn")
                        .asText())
                .isEqualTo(arn));
        ecs.awaitRunning("web", 2);
        assertThat(running().disturbedSince(before)).isZero();
        Figures.print("P17", "full disk under the store: acknowledged %d, lost 0 after a kill", kept.size());
    }

    /** What fits into the store's own file is taken; sooner or later it must grow. */
    private static Api.Answer registerUntilRefused(List<String> kept) throws IOException, InterruptedException {
        String bulk = "x".repeat(20_000);
        while (true) {
            Api.Answer answer = ecs.api().send("RegisterTaskDefinition", """
                {"family":"full","containerDefinitions":[{"name":"main","image":"none","memory":16,
                 "environment":[{"name":"BULK","value":"%s"}]}]}\
                """.formatted(bulk));
            if (!answer.isOk()) {
                return answer;
            }
            kept.add(answer.body()
                    .path("taskDefinition")
                    .path("taskDefinitionArn")
                    .asText());
        }
    }

    @Test
    @Order(2)
    void aFullDiskUnderTheAgentStartsNothingNewStopsWhatItIsToldAndForgetsNothing() {
        String definition = ecs.register("late", Ecs.IDLE);
        String early = ecs.run(definition, 1, "").getFirst();
        ecs.awaitStatus(early, "RUNNING");
        ofAgent.fill(0);

        String late = runUntilOneIsRefused(definition);
        String reason = ecs.task(late).path("containers").path(0).path("reason").asText();
        assertThat(reason).startsWith("CannotStartContainerError: the agent's journal cannot be written");
        ecs.stop(early);
        ecs.awaitStatus(early, "STOPPED");
        assertThat(ecs.runningTasks("web")).hasSize(2);
        fleet.agent(hosts.get(0)).kill();
        fleet.agent(hosts.get(0)).restart();
        fleet.agent(hosts.get(0)).awaitLine("ready (");
        ecs.awaitNodes(1);
        assertThat(running().disturbedSince(before)).isZero();

        ofAgent.free();
        long freed = System.nanoTime();
        String healed = ecs.run(definition, 1, "").getFirst();
        ecs.awaitStatus(healed, "RUNNING");
        Figures.print(
                "P17",
                "full disk under the agent: start refused (%s), stop obeyed, agent restarted, 0 containers disturbed,"
                        + " a task runs %.1f s after there was space",
                reason.substring(0, 60),
                Figures.seconds(Figures.since(freed)));
        doesNotRunAgain(healed);
    }

    /** The last block of the journal's file has room for a few more. */
    private static String runUntilOneIsRefused(String definition) {
        for (int few = 0; few < 30; few++) {
            String arn = ecs.run(definition, 1, "").getFirst();
            ecs.awaitTask(arn, "decided", task -> Set.of("RUNNING", "STOPPED").contains(Ecs.status(task)));
            if (Ecs.status(ecs.task(arn)).equals("STOPPED")) {
                return arn;
            }
        }
        throw new AssertionError("30 tasks were started on a full disk");
    }

    /** What was noted after the disk was full must be known to the next agent: else the task would run twice. */
    private static void doesNotRunAgain(String arn) {
        JsonNode container = ecs.task(arn).path("containers").path(0);
        fleet.agent(hosts.get(0)).kill();
        engine().docker("rm", "-f", container.path("runtimeId").asText()).run().must();
        fleet.agent(hosts.get(0)).restart();
        ecs.awaitStatus(arn, "STOPPED");
        assertThat(Containers.all(List.of(engine())).of(List.of(arn)).starts())
                .as(ecs.task(arn).toPrettyString())
                .isEmpty();
        assertThat(running().disturbedSince(before)).isZero();
    }
}
