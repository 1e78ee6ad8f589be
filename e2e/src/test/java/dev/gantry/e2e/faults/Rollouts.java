package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.Predicate;

/** Kill points in the middle of deployments. */
final class Rollouts {

    private static final String HALVES =
            ",\"deploymentConfiguration\":{\"minimumHealthyPercent\":50,\"maximumPercent\":100}";
    private static final String BREAKER = """
        ,"deploymentConfiguration":{"minimumHealthyPercent":100,"maximumPercent":200,
         "deploymentCircuitBreaker":{"enable":true,"rollback":true}}\
        """;

    private Rollouts() {}

    static List<KillPoint> killPoints() {
        return List.of(
                new KillPoint("after UpdateService changed the definition and was answered", scene -> {
                    String next = begin(scene, HALVES);
                    return () -> completes(scene, next, 4);
                }),
                new KillPoint("while the rollout has stopped 2 old", scene -> {
                    String next = begin(scene, HALVES);
                    Ecs.await("2 old ones to go", () -> old(scene, next) <= 2);
                    return () -> completes(scene, next, 4);
                }),
                new KillPoint("when the first new task of a rollout runs", scene -> {
                    String next = begin(scene, HALVES);
                    Ecs.await("a new task", () -> fresh(scene, next) >= 1);
                    return () -> completes(scene, next, 4);
                }),
                new KillPoint("while the rollout is half done", scene -> {
                    String next = begin(scene, HALVES);
                    Ecs.await("2 new tasks", () -> fresh(scene, next) >= 2);
                    return () -> completes(scene, next, 4);
                }),
                new KillPoint("when the last old task of a rollout is to go", scene -> {
                    String next = begin(scene, HALVES);
                    Ecs.await("no old task", () -> old(scene, next) == 0);
                    return () -> completes(scene, next, 4);
                }),
                new KillPoint("in the middle of a scale-in of 4 tasks", scene -> {
                    scene.stableService(4, "");
                    scene.ecs().update(scene.name(), ",\"desiredCount\":0");
                    Ecs.await(
                            "the first to go",
                            () -> scene.ecs().liveTasks(scene.name()).size() < 4);
                    return () -> KillPoints.endsWith(scene, 0);
                }),
                new KillPoint("after the first task of a bad deployment failed", scene -> {
                    String good = breaks(scene);
                    // Or the rollback, where the failures came too fast to be seen.
                    Ecs.await(
                            "a failed task",
                            () -> scene.deployment().path("failedTasks").asInt() >= 1
                                    || scene.deployment()
                                            .path("taskDefinition")
                                            .asText()
                                            .equals(good));
                    return () -> rolledBack(scene, good);
                }),
                new KillPoint("when the rollback of a bad deployment began", scene -> {
                    String good = breaks(scene);
                    Ecs.await(
                            "the rollback",
                            () -> scene.deployment()
                                    .path("taskDefinition")
                                    .asText()
                                    .equals(good));
                    return () -> rolledBack(scene, good);
                }));
    }

    private static String begin(Scene scene, String configuration) {
        scene.stableService(4, configuration);
        String next = scene.ecs()
                .register(
                        scene.name(),
                        Ecs.container(
                                "trap 'exit 0' TERM; while true; do sleep 0.1; done",
                                ",\"environment\":[{\"name\":\"V\",\"value\":\"2\"}]"));
        scene.ecs().update(scene.name(), ",\"taskDefinition\":\"" + next + "\"");
        return next;
    }

    /** Begins a deployment whose containers cannot be started; answers the definition to come back to. */
    private static String breaks(Scene scene) {
        scene.stableService(1, BREAKER);
        String good = scene.deployment().path("taskDefinition").asText();
        Ecs.await(
                "the first deployment",
                () -> scene.deployment().path("rolloutState").asText().equals("COMPLETED"));
        String bad = scene.ecs().register(scene.name(), Ecs.IDLE.replace("/bin/sh", "/bin/nothing"));
        scene.ecs().update(scene.name(), ",\"taskDefinition\":\"" + bad + "\"");
        return good;
    }

    private static void rolledBack(Scene scene, String good) {
        completes(scene, good, 1);
    }

    private static void completes(Scene scene, String definition, int count) {
        Ecs.await(
                count + " tasks of " + definition,
                () -> fresh(scene, definition) == count
                        && scene.ecs().liveTasks(scene.name()).size() == count);
        Ecs.await(
                "the deployment of " + definition,
                () -> scene.deployment().path("taskDefinition").asText().equals(definition)
                        && scene.deployment().path("rolloutState").asText().equals("COMPLETED"));
        assertThat(scene.ecs().service(scene.name()).path("deployments")).hasSize(1);
    }

    private static long old(Scene scene, String next) {
        return count(scene, task -> !of(task, next));
    }

    private static long fresh(Scene scene, String next) {
        return count(scene, task -> of(task, next) && Ecs.isRunning(task));
    }

    private static long count(Scene scene, Predicate<JsonNode> which) {
        return scene.ecs().liveTasks(scene.name()).stream().filter(which).count();
    }

    private static boolean of(JsonNode task, String definition) {
        return task.path("taskDefinitionArn").asText().equals(definition);
    }
}
