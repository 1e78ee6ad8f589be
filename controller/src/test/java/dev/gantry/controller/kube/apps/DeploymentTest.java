package dev.gantry.controller.kube.apps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a deployment is rolled out, in the store. */
class DeploymentTest {

    static final String DEPLOYMENT = """
        {'metadata': {'name': 'web'}, 'spec': {'replicas': %d, 'strategy': %s,
         'selector': {'matchLabels': {'app': 'web'}},
         'template': {'metadata': {'labels': {'app': 'web'}},
                      'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
        """;
    private static final String ROLLING = "{'type': 'RollingUpdate'}";
    private static final String REVISION = "deployment.kubernetes.io/revision";

    private final ObjectWorld world = new ObjectWorld(List.of(
            new DeploymentReconciler(),
            ReplicaSetReconciler.ofReplicaSets(new PodCompiler()),
            new GarbageReconciler()));

    @AfterEach
    void close() {
        world.close();
    }

    private void create(int replicas, String strategy) {
        world.create("deployments", DEPLOYMENT.formatted(replicas, strategy));
        world.settleWithMachines();
    }

    private void change(Consumer<ObjectNode> spec) {
        world.change("deployments", "web", json -> spec.accept(json.withObject("/spec")));
        world.settle();
    }

    private void image(String image) {
        change(spec -> ((ObjectNode) spec.at("/template/spec/containers/0")).put("image", image));
    }

    private JsonNode status() {
        return world.object("deployments", "web").status();
    }

    private String condition(String type) {
        return ObjectWorld.condition(status(), type);
    }

    private List<String> images() {
        return world.pods().stream()
                .filter(pod -> !pod.isDeleted())
                .map(pod -> pod.spec().at("/containers/0/image").asText())
                .sorted()
                .toList();
    }

    private KubeDocument set(String image) {
        return world.objects("replicasets").stream()
                .filter(set -> set.spec()
                        .at("/template/spec/containers/0/image")
                        .asText()
                        .equals(image))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void makesASetThatMakesThePods() {
        create(3, ROLLING);
        KubeDocument set = set("i:1");
        String hash = set.meta().labels().get("pod-template-hash");
        assertThat(set.meta().name()).isEqualTo("web-" + hash);
        assertThat(set.spec().at("/selector/matchLabels/pod-template-hash").asText())
                .isEqualTo(hash);
        assertThat(set.meta().annotations()).containsEntry(REVISION, "1");
        assertThat(world.object("deployments", "web").meta().annotations()).containsEntry(REVISION, "1");
        assertThat(status().path("availableReplicas").asInt()).isEqualTo(3);
        assertThat(condition("Available")).isEqualTo("True MinimumReplicasAvailable");
        assertThat(condition("Progressing")).isEqualTo("True NewReplicaSetAvailable");
        assertThat(status().at("/conditions/1/message").asText())
                .isEqualTo("ReplicaSet \"" + set.meta().name() + "\" has successfully progressed.");
    }

    @Test
    void rollsOutWithOneMoreThanDesiredAtATime() {
        create(3, ROLLING);
        image("i:2");
        assertThat(images()).containsExactly("i:1", "i:1", "i:1", "i:2");
        assertThat(condition("Progressing")).isEqualTo("True ReplicaSetUpdated");
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:2", "i:2", "i:2");
        assertThat(condition("Progressing")).isEqualTo("True NewReplicaSetAvailable");
        assertThat(set("i:2").meta().annotations()).containsEntry(REVISION, "2");
        assertThat(set("i:1").spec().path("replicas").asInt()).isZero();
    }

    @Test
    void goesBackToAnOldSetAndGivesItTheNextRevision() {
        create(2, ROLLING);
        image("i:2");
        world.settleWithMachines();
        image("i:1");
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:1", "i:1");
        assertThat(world.objects("replicasets")).hasSize(2);
        assertThat(set("i:1").meta().annotations())
                .containsEntry(REVISION, "3")
                .containsEntry("deployment.kubernetes.io/revision-history", "1");
    }

    @Test
    void forgetsTheOldestSetsBeyondItsHistory() {
        create(1, ROLLING);
        change(spec -> spec.put("revisionHistoryLimit", 1));
        for (String image : List.of("i:2", "i:3", "i:4")) {
            image(image);
            world.settleWithMachines();
        }
        assertThat(world.objects("replicasets"))
                .extracting(set -> set.meta().annotations().get(REVISION))
                .containsExactlyInAnyOrder("3", "4");
    }

    @Test
    void recreatesOnlyWhenAllOldPodsAreGone() {
        create(2, "{'type': 'Recreate'}");
        image("i:2");
        assertThat(images()).isEmpty();
        world.end(world.pods().getFirst(), 0);
        world.settle();
        assertThat(images()).isEmpty();
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:2", "i:2");
    }

    @Test
    void doesNotRollOutWhileItIsPausedButIsScaled() {
        create(2, ROLLING);
        change(spec -> spec.put("paused", true));
        assertThat(condition("Progressing")).isEqualTo("Unknown DeploymentPaused");
        image("i:2");
        change(spec -> spec.put("replicas", 3));
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:1", "i:1", "i:1");
        change(spec -> spec.remove("paused"));
        assertThat(condition("Progressing")).isEqualTo("True ReplicaSetUpdated");
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:2", "i:2", "i:2");
    }

    @Test
    void saysThatItDoesNotProgressWhenItsDeadlineIsOver() {
        create(1, ROLLING);
        image("i:2");
        world.pass(Duration.ofSeconds(599));
        assertThat(condition("Progressing")).isEqualTo("True ReplicaSetUpdated");
        world.pass(Duration.ofSeconds(5));
        assertThat(condition("Progressing")).isEqualTo("False ProgressDeadlineExceeded");
        world.settleWithMachines();
        assertThat(condition("Progressing")).isEqualTo("True NewReplicaSetAvailable");
    }

    @Test
    void isScaledInProportionInTheMiddleOfARollOut() {
        create(10, "{'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': 3, 'maxUnavailable': 2}}");
        image("i:2");
        assertThat(set("i:1").spec().path("replicas").asInt()).isEqualTo(8);
        assertThat(set("i:2").spec().path("replicas").asInt()).isEqualTo(5);
        change(spec -> spec.put("replicas", 15));
        assertThat(set("i:1").spec().path("replicas").asInt()).isEqualTo(11);
        assertThat(set("i:2").spec().path("replicas").asInt()).isEqualTo(7);
        world.settleWithMachines();
        assertThat(images()).hasSize(15).containsOnly("i:2");
    }

    @Test
    void saysThatTooFewAreAvailable() {
        create(2, ROLLING);
        world.ready(world.pods().getFirst(), false);
        world.settle();
        assertThat(condition("Available")).isEqualTo("False MinimumReplicasUnavailable");
        assertThat(status().path("unavailableReplicas").asInt()).isEqualTo(1);
    }

    @Test
    void takesAnotherNameWhereItsSetsNameIsTaken() {
        world.create("deployments", DEPLOYMENT.formatted(1, ROLLING));
        world.settle();
        String name = set("i:1").meta().name();
        world.delete("deployments", "web", "Orphan");
        world.change("replicasets", name, set -> set.withObject("/metadata").remove("labels"));
        world.settle();
        world.create("deployments", DEPLOYMENT.formatted(1, ROLLING));
        world.settleWithMachines();
        assertThat(world.objects("replicasets")).hasSize(2);
        assertThat(status().path("collisionCount").asInt()).isEqualTo(1);
        assertThat(status().path("availableReplicas").asInt()).isEqualTo(1);
    }

    @Test
    void goesWithItsSetsAndPods() {
        create(2, ROLLING);
        world.delete("deployments", "web", "Background");
        world.settleWithMachines();
        assertThat(world.objects("replicasets")).isEmpty();
        assertThat(world.pods()).isEmpty();
    }

    @Test
    void takesOverTheSetsOfTheOneBefore() {
        create(2, ROLLING);
        List<PodDocument> pods = world.pods();
        world.delete("deployments", "web", "Orphan");
        world.settle();
        assertThat(set("i:1").meta().owners()).isEmpty();
        create(2, ROLLING);
        assertThat(world.objects("replicasets")).hasSize(1);
        assertThat(world.pods())
                .extracting(PodDocument::name)
                .isEqualTo(pods.stream().map(PodDocument::name).toList());
    }
}
