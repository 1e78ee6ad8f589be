package dev.gantry.controller.kube.disruption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.apps.ReplicaSetReconciler;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Evictions and the budgets that stand against them. */
class EvictionsTest {

    private static final String SET = """
        {'metadata': {'name': 'web'}, 'spec': {'replicas': 4,
         'selector': {'matchLabels': {'app': 'web'}},
         'template': {'metadata': {'labels': {'app': 'web'}},
                      'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
        """;

    private final ObjectWorld world =
            new ObjectWorld(List.of(ReplicaSetReconciler.ofReplicaSets(new PodCompiler()), new BudgetReconciler()));

    @AfterEach
    void close() {
        world.close();
    }

    private void budget(String name, String spec) {
        world.create(
                "poddisruptionbudgets",
                "{'metadata': {'name': '%s'}, 'spec': {%s, 'selector': {'matchLabels': {'app': 'web'}}}}"
                        .formatted(name, spec));
        world.settle();
    }

    private void set() {
        world.create("replicasets", SET);
        world.settleWithMachines();
    }

    private String pod(int number) {
        return world.pods().get(number).name().name();
    }

    private KubeRefusal refused(String pod) {
        KubeRefusal refusal = catchThrowableOfType(KubeRefusal.class, () -> world.evict(pod));
        assertThat(refusal).as("the eviction of %s", pod).isNotNull();
        return refusal;
    }

    private static String cause(KubeRefusal refusal) {
        return refusal.status().at("/details/causes/0/message").asText();
    }

    private JsonNode status() {
        return world.object("poddisruptionbudgets", "b").status();
    }

    private long ending() {
        return world.pods().stream().filter(PodDocument::isDeleted).count();
    }

    @Test
    void tellsHowItStands() {
        set();
        budget("b", "'minAvailable': 3");
        assertThat(status().path("currentHealthy").asInt()).isEqualTo(4);
        assertThat(status().path("desiredHealthy").asInt()).isEqualTo(3);
        assertThat(status().path("expectedPods").asInt()).isEqualTo(4);
        assertThat(status().path("disruptionsAllowed").asInt()).isEqualTo(1);
        assertThat(ObjectWorld.condition(status(), "DisruptionAllowed")).isEqualTo("True SufficientPods");
        world.ready(world.pods().getFirst(), false);
        world.settle();
        assertThat(status().path("disruptionsAllowed").asInt()).isZero();
        assertThat(ObjectWorld.condition(status(), "DisruptionAllowed")).isEqualTo("False InsufficientPods");
    }

    @Test
    void letsGoAsManyAsItsBudgetAllows() {
        set();
        budget("b", "'maxUnavailable': '50%'");
        world.evict(pod(0));
        world.evict(pod(1));
        KubeRefusal refusal = refused(pod(2));
        assertThat(refusal.reason().code()).isEqualTo(429);
        assertThat(refusal).hasMessage("Cannot evict pod as it would violate the pod's disruption budget.");
        assertThat(cause(refusal)).isEqualTo("The disruption budget b needs 2 healthy pods and has 2 currently");
        assertThat(ending()).isEqualTo(2);
        world.settleWithMachines();
        world.evict(pod(2));
    }

    @Test
    void countsWhatThoseWishWhoMakeThePodsNotWhatThereIs() {
        set();
        budget("b", "'minAvailable': '75%'");
        assertThat(status().path("desiredHealthy").asInt()).isEqualTo(3);
        world.change("replicasets", "web", json -> json.withObject("/spec").put("replicas", 8));
        world.settle();
        assertThat(status().path("desiredHealthy").asInt()).isEqualTo(6);
        world.pods().stream()
                .filter(PodDocument::isReady)
                .forEach(pod -> refused(pod.name().name()));
    }

    @Test
    void letsAPodGoThatDoesNotServeAnyway() {
        set();
        budget("b", "'minAvailable': 3");
        world.ready(world.pods().getFirst(), false);
        world.settle();
        refused(pod(1));
        world.evict(pod(0));
        assertThat(ending()).isEqualTo(1);
    }

    @Test
    void holdsAnUnhealthyPodWhileTooFewServeUnlessItNeedNot() {
        set();
        budget("b", "'minAvailable': 4");
        world.ready(world.pods().getFirst(), false);
        world.settle();
        refused(pod(0));
        world.change(
                "poddisruptionbudgets",
                "b",
                json -> json.withObject("/spec").put("unhealthyPodEvictionPolicy", "AlwaysAllow"));
        world.evict(pod(0));
    }

    @Test
    void allowsNothingWhereNobodySaysHowManyThereShallBe() {
        world.create(
                "pods",
                "{'metadata': {'name': 'alone', 'labels': {'app': 'web'}},"
                        + " 'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}");
        world.settleWithMachines();
        budget("b", "'maxUnavailable': 1");
        assertThat(ObjectWorld.condition(status(), "DisruptionAllowed")).isEqualTo("False SyncFailed");
        assertThat(cause(refused("alone"))).contains("found no controllers for pod \"alone\"");
    }

    @Test
    void refusesWhatTwoBudgetsAreAbout() {
        set();
        budget("b", "'minAvailable': 1");
        budget("c", "'minAvailable': 1");
        assertThat(refused(pod(0)).reason().code()).isEqualTo(500);
    }

    @Test
    void letsGoWhatHasNoBudgetOrRunsNowhere() {
        set();
        world.evict(pod(0));
        world.settle();
        budget("b", "'minAvailable': 4");
        String pending = world.pods().stream()
                .filter(pod -> pod.phase() == PodDocument.Phase.PENDING)
                .findFirst()
                .orElseThrow()
                .name()
                .name();
        world.evict(pending);
    }
}
