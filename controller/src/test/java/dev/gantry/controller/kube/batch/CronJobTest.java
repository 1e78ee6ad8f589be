package dev.gantry.controller.kube.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How jobs are made at set times, in the store. */
class CronJobTest {

    private static final String CRON_JOB = """
        {'metadata': {'name': 'tick'}, 'spec': {'schedule': '*/10 * * * *', %s
         'jobTemplate': {'metadata': {'labels': {'a': 'b'}}, 'spec': {'template': {'spec': {
         'restartPolicy': 'Never', 'containers': [{'name': 'c', 'image': 'i:1'}]}}}}}}\
        """;

    private final ObjectWorld world = new ObjectWorld(
            List.of(new CronJobReconciler(), new JobReconciler(new PodCompiler()), new GarbageReconciler()));

    @AfterEach
    void close() {
        world.close();
    }

    private void create(String spec) {
        world.create("cronjobs", CRON_JOB.formatted(spec));
        world.settle();
    }

    private void end(int exitCode) {
        world.pods().stream().filter(pod -> !pod.isOver()).forEach(pod -> world.end(pod, exitCode));
        world.settle();
    }

    private List<String> jobs() {
        return world.objects("jobs").stream()
                .map(KubeDocument::meta)
                .map(meta -> meta.name())
                .toList();
    }

    private String status(String pointer) {
        return world.object("cronjobs", "tick").status().at(pointer).asText();
    }

    @Test
    void makesAJobWhenItIsTime() {
        create("");
        world.pass(Duration.ofMinutes(9));
        assertThat(jobs()).isEmpty();
        world.pass(Duration.ofMinutes(1));
        // The minutes since 1970 of 2026-03-01T10:10:00Z.
        assertThat(jobs()).containsExactly("tick-29539330");
        assertThat(world.objects("jobs").getFirst().meta().labels()).containsEntry("a", "b");
        assertThat(status("/active/0/name")).isEqualTo("tick-29539330");
        assertThat(status("/lastScheduleTime")).isEqualTo("2026-03-01T10:10:00Z");
        end(0);
        assertThat(status("/active/0/name")).isEmpty();
        assertThat(status("/lastSuccessfulTime")).isEqualTo("2026-03-01T10:10:00Z");
        world.pass(Duration.ofMinutes(10));
        assertThat(jobs()).containsExactly("tick-29539330", "tick-29539340");
    }

    @Test
    void makesUpForTheLastOneOfThoseThatItMissed() {
        create("");
        world.pass(Duration.ofHours(5).plusMinutes(3));
        assertThat(jobs()).hasSize(1);
        assertThat(status("/lastScheduleTime")).isEqualTo("2026-03-01T15:00:00Z");
    }

    @Test
    void doesNotBeginTooLate() {
        create("'startingDeadlineSeconds': 60,");
        world.pass(Duration.ofMinutes(12));
        assertThat(jobs()).isEmpty();
        world.pass(Duration.ofMinutes(8));
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void doesNotBeginWhileOneIsActiveIfThatIsForbidden() {
        create("'concurrencyPolicy': 'Forbid',");
        world.pass(Duration.ofMinutes(10));
        world.pass(Duration.ofMinutes(10));
        assertThat(jobs()).hasSize(1);
        end(0);
        assertThat(jobs()).hasSize(2);
    }

    @Test
    void replacesTheActiveOne() {
        create("'concurrencyPolicy': 'Replace',");
        world.pass(Duration.ofMinutes(10));
        String first = jobs().getFirst();
        world.pass(Duration.ofMinutes(10));
        assertThat(jobs()).hasSize(1).doesNotContain(first);
        assertThat(world.pods().stream().filter(pod -> !pod.isDeleted())).hasSize(1);
    }

    @Test
    void forgetsTheOldestOnes() {
        create("'successfulJobsHistoryLimit': 2,");
        for (int i = 0; i < 4; i++) {
            world.pass(Duration.ofMinutes(10));
            end(0);
        }
        assertThat(jobs()).hasSize(2);
        assertThat(world.pods()).hasSize(2).allMatch(PodDocument::isOver);
    }

    @Test
    void makesNoneWhileItIsSuspended() {
        create("'suspend': true,");
        world.pass(Duration.ofMinutes(30));
        assertThat(jobs()).isEmpty();
        world.change("cronjobs", "tick", json -> json.withObject("/spec").put("suspend", false));
        world.settle();
        assertThat(jobs()).hasSize(1);
    }
}
