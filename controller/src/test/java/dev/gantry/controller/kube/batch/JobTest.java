package dev.gantry.controller.kube.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.PodDocument;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How jobs run their pods, in the store. */
class JobTest extends JobBed {

    private int status(String member) {
        return status().path(member).asInt();
    }

    @Test
    void isCompleteWhenItsPodHasSucceeded() {
        create("");
        assertThat(world.pods()).singleElement().satisfies(pod -> {
            assertThat(pod.name().name()).matches("sum-[b-z2-9]{5}");
            assertThat(pod.meta().labels()).containsEntry("batch.kubernetes.io/job-name", "sum");
            assertThat(pod.meta().finalizers()).containsExactly("batch.kubernetes.io/job-tracking");
        });
        assertThat(status("active")).isEqualTo(1);
        end(active().getFirst(), 0);
        assertThat(status("active")).isZero();
        assertThat(status("succeeded")).isEqualTo(1);
        assertThat(condition("SuccessCriteriaMet")).isEqualTo("True CompletionsReached");
        assertThat(condition("Complete")).isEqualTo("True CompletionsReached");
        assertThat(status().path("completionTime").asText()).isEqualTo("2026-03-01T10:00:00Z");
        assertThat(world.pods().getFirst().meta().finalizers()).isEmpty();
    }

    @Test
    void runsAsManyAsItMayUntilEnoughHaveSucceeded() {
        create("'completions': 5, 'parallelism': 2");
        for (int i = 0; i < 5; i++) {
            assertThat(active()).hasSize(Math.min(2, 5 - i));
            end(active().getFirst(), 0);
        }
        assertThat(status("succeeded")).isEqualTo(5);
        assertThat(condition("Complete")).startsWith("True");
    }

    @Test
    void waitsLongerAfterEachFailureAndGivesUpAtItsLimit() {
        create("'backoffLimit': 2");
        end(active().getFirst(), 1);
        assertThat(active()).isEmpty();
        world.pass(Duration.ofSeconds(9));
        assertThat(active()).isEmpty();
        world.pass(Duration.ofSeconds(1));
        end(active().getFirst(), 1);
        world.pass(Duration.ofSeconds(19));
        assertThat(active()).isEmpty();
        world.pass(Duration.ofSeconds(1));
        end(active().getFirst(), 1);
        assertThat(status("failed")).isEqualTo(3);
        assertThat(condition("FailureTarget")).isEqualTo("True BackoffLimitExceeded");
        assertThat(condition("Failed")).isEqualTo("True BackoffLimitExceeded");
        world.pass(Duration.ofHours(1));
        assertThat(active()).isEmpty();
    }

    @Test
    void doesNotWaitForAClockThatWasSetBack() {
        create("'completions': 1");
        end(active().getFirst(), 1);
        world.pass(Duration.ofHours(-1));
        world.change("jobs", "sum", job -> job.withObject("/metadata/labels").put("looked", "at"));
        world.settle();
        assertThat(active()).hasSize(1);
    }

    @Test
    void failsAtItsDeadlineOnceItsPodsHaveEnded() {
        create("'activeDeadlineSeconds': 60, 'parallelism': 2");
        world.pods().forEach(pod -> world.ready(pod, true));
        world.pass(Duration.ofSeconds(60));
        assertThat(active()).isEmpty();
        assertThat(condition("FailureTarget")).isEqualTo("True DeadlineExceeded");
        assertThat(condition("Failed")).isEmpty();
        world.settleWithMachines();
        assertThat(condition("Failed")).isEqualTo("True DeadlineExceeded");
        assertThat(status("failed")).isEqualTo(2);
    }

    @Test
    void stopsItsPodsWhileItIsSuspendedAndDoesNotCountThem() {
        create("'parallelism': 2, 'completions': 2");
        world.pods().forEach(pod -> world.ready(pod, true));
        world.change("jobs", "sum", job -> job.withObject("/spec").put("suspend", true));
        world.settleWithMachines();
        assertThat(world.pods()).isEmpty();
        assertThat(condition("Suspended")).isEqualTo("True JobSuspended");
        assertThat(status("failed")).isZero();
        world.change("jobs", "sum", job -> job.withObject("/spec").put("suspend", false));
        world.settle();
        assertThat(active()).hasSize(2);
        assertThat(condition("Suspended")).isEqualTo("False JobResumed");
    }

    @Test
    void runsEachIndexUntilItHasSucceeded() {
        create("'completions': 4, 'parallelism': 4, 'completionMode': 'Indexed'");
        assertThat(world.pods())
                .extracting(pod -> pod.meta().annotations().get(Attempt.INDEX))
                .containsExactly("0", "1", "2", "3");
        PodDocument first = world.pods().getFirst();
        assertThat(first.name().name()).startsWith("sum-0-");
        assertThat(first.spec().path("hostname").asText()).isEqualTo("sum-0");
        assertThat(first.spec().at("/containers/0/env/0/name").asText()).isEqualTo("JOB_COMPLETION_INDEX");
        List<PodDocument> pods = world.pods();
        end(pods.get(0), 0);
        end(pods.get(1), 0);
        end(pods.get(2), 0);
        end(pods.get(3), 1);
        assertThat(status().path("completedIndexes").asText()).isEqualTo("0-2");
        world.pass(Duration.ofSeconds(10));
        assertThat(active())
                .singleElement()
                .satisfies(pod -> assertThat(pod.meta().annotations()).containsEntry(Attempt.INDEX, "3"));
        end(active().getFirst(), 0);
        assertThat(status().path("completedIndexes").asText()).isEqualTo("0-3");
        assertThat(condition("Complete")).startsWith("True");
    }

    @Test
    void replacesAPodThatSomebodyDeletesAndCountsItAsFailed() {
        create("");
        world.ready(world.pods().getFirst(), true);
        world.delete("pods", world.pods().getFirst().name().name(), "Background");
        world.settle();
        assertThat(status("failed")).isEqualTo(1);
        assertThat(active()).hasSize(1);
        world.settle();
    }

    @Test
    void goesWithItsPodsWhenItsTimeIsOver() {
        create("'ttlSecondsAfterFinished': 30");
        end(active().getFirst(), 0);
        world.pass(Duration.ofSeconds(29));
        assertThat(world.objects("jobs")).hasSize(1);
        world.pass(Duration.ofSeconds(1));
        world.settleWithMachines();
        assertThat(world.objects("jobs")).isEmpty();
        assertThat(world.pods()).isEmpty();
    }

    @Test
    void takesItsRunningPodsWithItHoweverItIsDeleted() {
        for (String propagation : List.of("Background", "Foreground")) {
            create("'parallelism': 3");
            world.pods().forEach(pod -> world.ready(pod, true));
            world.delete("jobs", "sum", propagation);
            world.settleWithMachines();
            assertThat(world.pods()).as(propagation).isEmpty();
            assertThat(world.objects("jobs")).as(propagation).isEmpty();
        }
    }

    @Test
    void leavesItsPodsFreeWhenTheyAreOrphaned() {
        create("");
        world.delete("jobs", "sum", "Orphan");
        world.settle();
        assertThat(world.objects("jobs")).isEmpty();
        assertThat(world.pods()).singleElement().satisfies(pod -> {
            assertThat(pod.meta().owners()).isEmpty();
            assertThat(pod.meta().finalizers()).isEmpty();
        });
    }

    @Test
    void startsManyPods() {
        create("'parallelism': 150, 'completions': 150");
        assertThat(active()).hasSize(150);
        world.pods().forEach(pod -> world.end(pod, 0));
        world.settle();
        assertThat(status("succeeded")).isEqualTo(150);
        assertThat(condition("Complete")).startsWith("True");
    }

    @Test
    void listsIndexesAsUpstreamDoes() {
        Indexes indexes = Indexes.parse("1,3-5,7,8", 100);
        assertThat(indexes.numbers()).containsExactly(1, 3, 4, 5, 7, 8);
        assertThat(indexes.text()).isEqualTo("1,3-5,7,8");
        assertThat(Indexes.parse("", 100).text()).isEmpty();
    }
}
