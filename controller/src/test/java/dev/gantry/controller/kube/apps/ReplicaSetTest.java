package dev.gantry.controller.kube.apps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.resource.Kinds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a replica set does with its pods, in the store. */
class ReplicaSetTest {

    private static final String SET = """
        {'metadata': {'name': 'web'}, 'spec': {'replicas': %d, 'minReadySeconds': %d,
         'selector': {'matchLabels': {'app': 'web'}},
         'template': {'metadata': {'labels': {'app': 'web'}},
                      'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
        """;

    private static final String POD = """
        {'metadata': {'name': 'free', 'labels': {'app': '%s'}},
         'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}\
        """;

    private final ObjectWorld world = new ObjectWorld(List.of(ReplicaSetReconciler.ofReplicaSets(new PodCompiler())));

    @AfterEach
    void close() {
        world.close();
    }

    private int status(String member) {
        return world.object("replicasets", "web").status().path(member).asInt();
    }

    private void scale(int replicas) {
        world.change("replicasets", "web", set -> set.withObject("/spec").put("replicas", replicas));
        world.settle();
    }

    private long alive() {
        return world.pods().stream().filter(pod -> !pod.isDeleted()).count();
    }

    @Test
    void makesItsPodsAndTellsOfThem() {
        world.create("replicasets", SET.formatted(3, 0));
        world.settleWithMachines();
        assertThat(world.pods()).hasSize(3).allSatisfy(pod -> {
            assertThat(pod.name().name()).matches("web-[b-z2-9]{5}");
            assertThat(pod.meta().controller().map(Meta.Owner::name)).contains("web");
            assertThat(pod.spec().path("serviceAccountName").asText()).isEqualTo("default");
        });
        assertThat(status("replicas")).isEqualTo(3);
        assertThat(status("fullyLabeledReplicas")).isEqualTo(3);
        assertThat(status("readyReplicas")).isEqualTo(3);
        assertThat(status("availableReplicas")).isEqualTo(3);
        assertThat(status("observedGeneration")).isEqualTo(1);
    }

    @Test
    void makesMoreThanFitIntoOneTransaction() {
        world.create("replicasets", SET.formatted(200, 0));
        world.settle();
        assertThat(world.pods()).hasSize(200);
        scale(0);
        assertThat(alive()).isZero();
    }

    /** A deployment counts on what its sets say of themselves. */
    @Test
    void saysWhatItHasInEachOfTheTransactionsInWhichItMakesThem() {
        List<Integer> told = new ArrayList<>();
        world.create("replicasets", SET.formatted(200, 0));
        world.checking(image -> {
            int pods = image.count(Kinds.WORKLOAD);
            if (pods > 0) {
                assertThat(status("replicas")).isEqualTo(pods);
                told.add(pods);
            }
        });
        world.step(0);
        assertThat(told).hasSizeGreaterThan(2).last().isEqualTo(200);
    }

    /** Of them it counts what it makes, and one that is full lets nobody in. */
    @Test
    void makesNoMoreThanAQuotaTakes() {
        world.create("resourcequotas", "{'metadata': {'name': 'few'}, 'spec': {'hard': {'pods': '70'}}}");
        world.create("replicasets", SET.formatted(200, 0));
        world.settle();
        assertThat(world.pods()).hasSize(70);
    }

    @Test
    void takesThoseThatAreNotReadyFirst() {
        world.create("replicasets", SET.formatted(3, 0));
        world.settle();
        PodDocument ready = world.pods().get(1);
        world.ready(ready, true);
        scale(1);
        assertThat(world.pods().stream().filter(pod -> !pod.isDeleted()))
                .extracting(pod -> pod.name().name())
                .containsExactly(ready.name().name());
    }

    @Test
    void replacesAPodThatEnds() {
        world.create("replicasets", SET.formatted(2, 0));
        world.settleWithMachines();
        world.end(world.pods().getFirst(), 1);
        world.settleWithMachines();
        assertThat(world.pods().stream().filter(PodDocument::isReady)).hasSize(2);
        assertThat(world.pods()).hasSize(3);
    }

    @Test
    void takesOverAPodThatNobodyOwnsAndLetsGoWhatItSelectsNoLonger() {
        world.create("pods", POD.formatted("web"));
        world.create("replicasets", SET.formatted(1, 0));
        world.settle();
        assertThat(world.pods()).hasSize(1);
        assertThat(world.pods().getFirst().meta().controller().map(Meta.Owner::name))
                .contains("web");

        world.change(
                "pods",
                "free",
                pod -> pod.withObject("/metadata").withObject("/labels").put("app", "other"));
        world.settle();
        assertThat(world.pods()).hasSize(2);
        assertThat(world.pods().getFirst().meta().owners()).isEmpty();
    }

    @Test
    void leavesAPodAloneThatItDoesNotSelect() {
        world.create("pods", POD.formatted("other"));
        world.create("replicasets", SET.formatted(0, 0));
        world.settle();
        assertThat(world.pods().getFirst().meta().owners()).isEmpty();
    }

    @Test
    void countsAPodAsAvailableWhenItHasBeenReadyForLongEnough() {
        world.create("replicasets", SET.formatted(1, 30));
        world.settleWithMachines();
        assertThat(status("readyReplicas")).isEqualTo(1);
        assertThat(status("availableReplicas")).isZero();
        world.pass(Duration.ofSeconds(29));
        assertThat(status("availableReplicas")).isZero();
        world.pass(Duration.ofSeconds(1));
        assertThat(status("availableReplicas")).isEqualTo(1);
    }

    @Test
    void saysWhyAPodCannotBeMade() {
        world.create(
                "replicasets",
                SET.formatted(1, 0)
                        .replace("'spec': {'containers'", "'spec': {'setHostnameAsFQDN': true, 'containers'"));
        world.settle();
        assertThat(world.pods()).isEmpty();
        assertThat(ObjectWorld.condition(world.object("replicasets", "web").status(), "ReplicaFailure"))
                .isEqualTo("True FailedCreate");
    }

    @Test
    void makesNothingInANamespaceThatIsBeingDeleted() {
        world.delete("namespaces", "shop", "Background");
        world.create("replicasets", SET.formatted(1, 0));
        world.settle();
        assertThat(world.pods()).isEmpty();
    }
}
