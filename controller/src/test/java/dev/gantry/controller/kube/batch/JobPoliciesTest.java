package dev.gantry.controller.kube.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.proto.Phase;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How jobs judge the failures of their pods and their own success, in the store. */
class JobPoliciesTest extends JobBed {

    private static final String IGNORE_DISRUPTIONS = """
        'backoffLimit': 0, 'podFailurePolicy': {'rules': [
         {'action': 'FailJob', 'onExitCodes': {'operator': 'NotIn', 'values': [1]}},
         {'action': 'Ignore', 'onPodConditions': [{'type': 'DisruptionTarget'}]}]}\
        """;

    private static final String INDEXED = "'completionMode': 'Indexed', 'completions': 3, 'parallelism': 3";

    private PodDocument active(int index) {
        return active().stream()
                .filter(pod -> annotation(pod, Attempt.INDEX).equals(Integer.toString(index)))
                .findFirst()
                .orElseThrow();
    }

    private static String annotation(PodDocument pod, String name) {
        return pod.meta().annotations().getOrDefault(name, "");
    }

    private String message(String type) {
        return status().path("conditions")
                .valueStream()
                .filter(one -> one.path("type").asText().equals(type))
                .map(one -> one.path("message").asText())
                .findFirst()
                .orElse("");
    }

    @Test
    void failsAtOnceOverAnExitCodeThatMakesRetriesVain() {
        create("""
            'parallelism': 2, 'completions': 2, 'podFailurePolicy': {'rules': [
             {'action': 'FailJob', 'onExitCodes': {'containerName': 'c', 'operator': 'In', 'values': [42]}}]}\
            """);
        world.pods().forEach(pod -> world.ready(pod, true));
        world.settle();
        PodDocument hopeless = active().getFirst();
        end(hopeless, 42);
        assertThat(active()).isEmpty();
        assertThat(condition("FailureTarget")).isEqualTo("True PodFailurePolicy");
        assertThat(condition("Failed")).isEmpty();
        assertThat(status().path("terminating").asInt()).isEqualTo(1);
        world.settleWithMachines();
        assertThat(condition("Failed")).isEqualTo("True PodFailurePolicy");
        assertThat(message("Failed"))
                .isEqualTo("Container c for pod shop/%s failed with exit code 42 matching FailJob rule at index 0"
                        .formatted(hopeless.name().name()))
                .isEqualTo(message("FailureTarget"));
        assertThat(status().path("failed").asInt()).isEqualTo(2);
        assertThat(world.pods())
                .allSatisfy(pod -> assertThat(pod.meta().finalizers()).isEmpty());
    }

    @Test
    void replacesAnEvictedPodWithoutCountingIt() {
        create(IGNORE_DISRUPTIONS);
        world.ready(active().getFirst(), true);
        world.evict(active().getFirst().name().name());
        world.settle();
        assertThat(active()).isEmpty();
        assertThat(status().path("terminating").asInt()).isEqualTo(1);
        end(world.pods().getFirst(), 1);
        world.pass(Duration.ofSeconds(10));
        assertThat(active()).hasSize(1);
        assertThat(status().path("failed").asInt()).isZero();
        end(active().getFirst(), 0);
        assertThat(condition("Complete")).startsWith("True");
    }

    @Test
    void replacesAPodThatIsLostWithItsNodeWithoutCountingItOrBlamingItsContainers() {
        create(IGNORE_DISRUPTIONS);
        world.ready(active().getFirst(), true);
        world.report(active().getFirst(), observed -> {
            observed.setPhase(Phase.STOPPED)
                    .setStopCode("TerminationNotice")
                    .setStoppedAtMs(world.now().toEpochMilli());
            observed.getContainersBuilderList().forEach(container -> container.setPhase(Phase.STOPPED));
        });
        world.settle();
        world.pass(Duration.ofSeconds(10));
        assertThat(active()).hasSize(1);
        assertThat(world.pods()).hasSize(1);
        assertThat(status().path("failed").asInt()).isZero();
        assertThat(condition("FailureTarget")).isEmpty();
    }

    @Test
    void countsWhatFailsByItself() {
        create(IGNORE_DISRUPTIONS);
        end(active().getFirst(), 1);
        assertThat(condition("Failed")).isEqualTo("True BackoffLimitExceeded");
        assertThat(status().path("failed").asInt()).isEqualTo(1);
    }

    @Test
    void triesEachIndexAsOftenAsItMay() {
        create(INDEXED + ", 'backoffLimitPerIndex': 1");
        assertThat(active())
                .allMatch(pod -> annotation(pod, FailureCount.COUNTED).equals("0"));
        assertThat(status().path("failedIndexes").asText("none")).isEmpty();
        end(active(0), 1);
        // It is not counted before its successor is there.
        assertThat(status().path("failed").asInt()).isZero();
        assertThat(world.pods())
                .anyMatch(pod -> pod.isOver() && pod.meta().finalizers().contains(Attempt.FINALIZER));
        world.pass(Duration.ofSeconds(10));
        assertThat(annotation(active(0), FailureCount.COUNTED)).isEqualTo("1");
        assertThat(status().path("failed").asInt()).isEqualTo(1);
        end(active(0), 1);
        assertThat(status().path("failedIndexes").asText()).isEqualTo("0");
        end(active(1), 0);
        end(active(2), 0);
        assertThat(status().path("completedIndexes").asText()).isEqualTo("1,2");
        assertThat(status().path("failed").asInt()).isEqualTo(2);
        assertThat(condition("FailureTarget")).isEqualTo("True FailedIndexes");
        assertThat(condition("Failed")).isEqualTo("True FailedIndexes");
        assertThat(message("Failed")).isEqualTo("Job has failed indexes");
    }

    @Test
    void givesUpWhenMoreIndexesHaveFailedThanMay() {
        create(INDEXED + ", 'backoffLimitPerIndex': 0, 'maxFailedIndexes': 1");
        world.pods().forEach(pod -> world.ready(pod, true));
        end(active(0), 1);
        assertThat(condition("FailureTarget")).isEmpty();
        end(active(1), 1);
        world.settleWithMachines();
        assertThat(condition("Failed")).isEqualTo("True MaxFailedIndexesExceeded");
        assertThat(status().path("failedIndexes").asText()).isEqualTo("0,1");
        assertThat(status().path("failed").asInt()).isEqualTo(3);
    }

    @Test
    void hasSucceededWhenThoseIndexesHaveThatMatter() {
        create(INDEXED + ", 'successPolicy': {'rules': [{'succeededIndexes': '0-1', 'succeededCount': 1}]}");
        world.pods().forEach(pod -> world.ready(pod, true));
        end(active(2), 0);
        assertThat(condition("SuccessCriteriaMet")).isEmpty();
        end(active(1), 0);
        assertThat(condition("SuccessCriteriaMet")).isEqualTo("True SuccessPolicy");
        assertThat(condition("Complete")).isEmpty();
        assertThat(active()).isEmpty();
        world.settleWithMachines();
        assertThat(condition("Complete")).isEqualTo("True SuccessPolicy");
        assertThat(message("Complete")).isEqualTo("Matched rules at index 0");
        assertThat(status().path("succeeded").asInt()).isEqualTo(2);
        assertThat(status().path("failed").asInt()).isZero();
    }

    @Test
    void waitsForTheEndOfAPodBeforeItReplacesItIfItIsTold() {
        create("'podReplacementPolicy': 'Failed'");
        world.ready(active().getFirst(), true);
        world.delete("pods", active().getFirst().name().name(), "Background");
        world.settle();
        assertThat(active()).isEmpty();
        assertThat(status().path("terminating").asInt()).isEqualTo(1);
        assertThat(status().path("failed").asInt()).isZero();
        end(world.pods().getFirst(), 1);
        world.pass(Duration.ofSeconds(10));
        assertThat(active()).hasSize(1);
        assertThat(status().path("failed").asInt()).isEqualTo(1);
    }

    @Test
    void forgetsIndexesThatItHasNoLonger() {
        create(INDEXED);
        end(active(2), 0);
        end(active(0), 0);
        assertThat(status().path("completedIndexes").asText()).isEqualTo("0,2");
        world.change("jobs", "sum", job -> {
            job.withObject("/spec").put("completions", 2);
            job.withObject("/spec").put("parallelism", 2);
        });
        world.settle();
        assertThat(status().path("completedIndexes").asText()).isEqualTo("0");
        assertThat(condition("Complete")).isEmpty();
        end(active(1), 0);
        assertThat(condition("Complete")).startsWith("True");
    }

    @Test
    void leavesAJobToTheControllerThatItNames() {
        create("'managedBy': 'acme.io/jobs', 'ttlSecondsAfterFinished': 30");
        assertThat(world.pods()).isEmpty();
        assertThat(status().isMissingNode()).isTrue();
        world.changeStatus(
                "jobs",
                "sum",
                job -> job.withObject("/status")
                        .withArray("conditions")
                        .addObject()
                        .put("type", "Complete")
                        .put("status", "True")
                        .put("lastTransitionTime", world.now().toString()));
        world.settle();
        world.pass(Duration.ofSeconds(29));
        assertThat(world.objects("jobs")).hasSize(1);
        world.pass(Duration.ofSeconds(1));
        assertThat(world.objects("jobs")).isEmpty();
    }

    @Test
    void keepsAJobThatNamesItsOwnController() {
        create("'managedBy': 'kubernetes.io/job-controller'");
        assertThat(active()).hasSize(1);
    }
}
