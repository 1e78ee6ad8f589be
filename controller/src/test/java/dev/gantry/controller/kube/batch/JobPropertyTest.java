package dev.gantry.controller.kube.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.store.Snapshot;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However its pods end, and in whatever order the planners come to it. */
class JobPropertyTest {

    private static final int STEPS = 300;
    private static final int PLANNERS = 5;
    private static final ObjectName JOB = new ObjectName("default", JobReconciler.JOBS, "shop", "sum");

    private int parallelism;
    private int completions;
    private int succeeded;
    private int failed;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void countsEachPodOnceAndComesToAnEnd(long seed) {
        Random random = new Random(seed);
        parallelism = 1 + random.nextInt(5);
        completions = 1 + random.nextInt(12);
        boolean indexed = random.nextBoolean();
        try (ObjectWorld world =
                new ObjectWorld(List.of(new JobReconciler(new PodCompiler()), new GarbageReconciler()))) {
            world.create("jobs", """
                {'metadata': {'name': 'sum'}, 'spec': {'parallelism': %d, 'completions': %d, 'backoffLimit': 1000,
                 'completionMode': '%s', 'template': {'spec': {'restartPolicy': 'Never',
                 'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
                """.formatted(parallelism, completions, indexed ? "Indexed" : "NonIndexed"));
            world.checking(image -> check(image, seed));
            for (int i = 0; i < STEPS; i++) {
                act(world, random);
            }
            for (int i = 0; i < STEPS && !isComplete(world.snapshot()); i++) {
                world.pass(Duration.ofMinutes(10));
                active(world.snapshot()).forEach(pod -> end(world, pod, 0));
            }
            world.settle();
            JsonNode status = world.object("jobs", "sum").status();
            assertThat(isComplete(world.snapshot()))
                    .as("seed %d: %s", seed, status)
                    .isTrue();
            assertThat(status.path("succeeded").asInt()).as("seed %d", seed).isEqualTo(completions);
            assertThat(succeeded).as("seed %d", seed).isEqualTo(completions);
            assertThat(status.path("failed").asInt()).as("seed %d", seed).isEqualTo(failed);
            assertThat(active(world.snapshot())).as("seed %d", seed).isEmpty();
        }
    }

    private void act(ObjectWorld world, Random random) {
        List<PodDocument> active = active(world.snapshot());
        int choice = random.nextInt(10);
        if (choice < 2 && !active.isEmpty()) {
            end(world, active.get(random.nextInt(active.size())), random.nextInt(2));
        } else if (choice == 2) {
            world.wait(Duration.ofSeconds(random.nextInt(120)));
        } else {
            world.step(random.nextInt(PLANNERS));
        }
    }

    private void end(ObjectWorld world, PodDocument pod, int exitCode) {
        if (exitCode == 0) {
            succeeded++;
        } else {
            failed++;
        }
        world.end(pod, exitCode);
    }

    private void check(Snapshot image, long seed) {
        List<PodDocument> active = active(image);
        assertThat(active.size()).as("seed %d: pods", seed).isLessThanOrEqualTo(parallelism);
        assertThat(active.size() + succeeded).as("seed %d: needed", seed).isLessThanOrEqualTo(completions);
        Set<String> indexes = new HashSet<>();
        active.stream()
                .map(pod -> pod.meta().annotations().getOrDefault(Attempt.INDEX, ""))
                .filter(index -> !index.isEmpty())
                .forEach(index -> assertThat(indexes.add(index))
                        .as("seed %d: index %s", seed, index)
                        .isTrue());
    }

    private static boolean isComplete(Snapshot image) {
        JsonNode status = KubeDocument.find(image, JOB).orElseThrow().status();
        return ObjectWorld.condition(status, "Complete").startsWith("True");
    }

    private static List<PodDocument> active(Snapshot image) {
        return PodDocument.list(image, "default", "shop").stream()
                .filter(pod -> !pod.isOver() && !pod.isDeleted())
                .toList();
    }
}
