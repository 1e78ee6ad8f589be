package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/** Kill points in the life of tasks and nodes. */
final class RunningWork {

    private static final Set<String> STOPPING = Set.of("DEACTIVATING", "STOPPING", "DEPROVISIONING");
    private static final Set<String> STARTING = Set.of("PENDING", "ACTIVATING", "RUNNING");

    private RunningWork() {}

    static List<KillPoint> killPoints() {
        return List.of(
                new KillPoint("while 2 tasks wait for a node that does not exist", scene -> {
                    scene.ecs().create(scene.name(), scene.idle(), 2, """
                        ,"placementConstraints":[{"type":"memberOf","expression":"attribute:%s == yes"}]\
                        """.formatted(scene.name()));
                    Ecs.await(
                            "2 waiting tasks",
                            () -> scene.ecs().liveTasks(scene.name()).size() == 2);
                    return () -> {
                        KillPoints.putAttribute(scene);
                        KillPoints.endsWith(scene, 2);
                    };
                }),
                new KillPoint("while 4 tasks are PENDING", scene -> {
                    scene.ecs().create(scene.name(), scene.idle(), 4, "");
                    Ecs.await(
                            "4 tasks on their way",
                            () -> scene.ecs().liveTasks(scene.name()).stream()
                                            .filter(task -> STARTING.contains(Ecs.status(task)))
                                            .count()
                                    == 4);
                    return () -> KillPoints.endsWith(scene, 4);
                }),
                new KillPoint("when the first of 4 tasks runs", scene -> {
                    scene.ecs().create(scene.name(), scene.idle(), 4, "");
                    Ecs.await(
                            "a running task",
                            () -> !scene.ecs().runningTasks(scene.name()).isEmpty());
                    Set<String> running = scene.ecs().arns(scene.name());
                    return () -> {
                        KillPoints.endsWith(scene, 4);
                        assertThat(scene.ecs().arns(scene.name())).containsAll(running);
                    };
                }),
                new KillPoint("while a task is stopping that does not want to", scene -> {
                    String stubborn = Ecs.container("trap '' TERM; while true; do sleep 0.1; done", "")
                            .replace("\"stopTimeout\":2", "\"stopTimeout\":5");
                    String arn = scene.ecs()
                            .run(scene.ecs().register(scene.name(), stubborn), 1, "")
                            .getFirst();
                    scene.ecs().awaitStatus(arn, "RUNNING");
                    scene.ecs().stop(arn);
                    scene.ecs().awaitTask(arn, "stopping", task -> STOPPING.contains(Ecs.status(task)));
                    return () -> assertThat(exitCode(scene, arn)).isEqualTo(137);
                }),
                new KillPoint("when a task has just stopped", scene -> {
                    String arn = scene.ecs()
                            .run(scene.ecs().register(scene.name(), Ecs.container("exit 7", "")), 1, "")
                            .getFirst();
                    scene.ecs().awaitStatus(arn, "STOPPED");
                    return () -> assertThat(exitCode(scene, arn)).isEqualTo(7);
                }),
                new KillPoint("before a container dies that nobody hears of", scene -> {
                    String arn = scene.ecs().run(scene.idle(), 1, "").getFirst();
                    scene.ecs().awaitStatus(arn, "RUNNING");
                    String id = scene.ecs()
                            .task(arn)
                            .path("containers")
                            .path(0)
                            .path("runtimeId")
                            .asText();
                    scene.controller().kill();
                    scene.engine().docker("kill", id).run().must();
                    return () -> assertThat(exitCode(scene, arn)).isEqualTo(137);
                }),
                new KillPoint("while a node drains", scene -> {
                    scene.stableService(
                            2, ",\"deploymentConfiguration\":{\"minimumHealthyPercent\":0,\"maximumPercent\":100}");
                    state(scene, "DRAINING");
                    Ecs.await(
                            "a task to leave",
                            () -> scene.ecs().runningTasks(scene.name()).size() < 2);
                    return () -> {
                        assertThat(node(scene).path("status").asText()).isEqualTo("DRAINING");
                        state(scene, "ACTIVE");
                        KillPoints.endsWith(scene, 2);
                    };
                }),
                new KillPoint("while a node is silent", scene -> {
                    scene.stableService(2, "");
                    Set<String> before = scene.ecs().arns(scene.name());
                    scene.fleet().agent(scene.host()).freeze();
                    Ecs.await("the silence to be noticed", () -> scene.ecs().connectedNodes() == 0);
                    scene.controller().kill();
                    scene.fleet().agent(scene.host()).thaw();
                    return () -> {
                        scene.ecs().awaitNodes(1);
                        KillPoints.endsWith(scene, 2);
                        assertThat(scene.ecs().arns(scene.name())).isEqualTo(before);
                    };
                }));
    }

    private static int exitCode(Scene scene, String arn) {
        scene.ecs().awaitStatus(arn, "STOPPED");
        return scene.ecs().task(arn).path("containers").path(0).path("exitCode").asInt(-1);
    }

    private static JsonNode node(Scene scene) {
        return scene.ecs().nodes().getFirst();
    }

    private static void state(Scene scene, String wanted) {
        scene.ecs()
                .call(
                        "UpdateContainerInstancesState",
                        "{\"containerInstances\":[\"%s\"],\"status\":\"%s\"}",
                        node(scene).path("containerInstanceArn").asText(),
                        wanted);
    }
}
