package dev.gantry.controller.kube.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.apps.DeploymentReconciler;
import dev.gantry.controller.kube.apps.ReplicaSetReconciler;
import dev.gantry.controller.kube.collect.NamespaceReconciler;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.proto.ContainerEnd;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Phase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of pods and of what makes them. */
class EventsTest {

    private static final String POD =
            "{'metadata': {'name': 'web'}, 'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}";
    private static final String DEPLOYMENT = """
        {'metadata': {'name': 'web'}, 'spec': {'replicas': 2,
         'selector': {'matchLabels': {'app': 'web'}},
         'template': {'metadata': {'labels': {'app': 'web'}},
                      'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
        """;

    private final ObjectWorld world = new ObjectWorld(List.of(
            new DeploymentReconciler(),
            ReplicaSetReconciler.ofReplicaSets(new PodCompiler()),
            new NamespaceReconciler()));

    @AfterEach
    void close() {
        world.close();
    }

    private PodDocument pod() {
        return world.pods().getFirst();
    }

    private List<String> told(String kind) {
        return world.objects("events").stream()
                .map(event -> event.json())
                .filter(event -> event.at("/involvedObject/kind").asText().equals(kind))
                .map(event -> event.path("type").asText().charAt(0) + " "
                        + event.path("reason").asText() + " x"
                        + event.path("count").asInt() + ": "
                        + event.path("message").asText())
                .sorted()
                .toList();
    }

    private void crashed(int restarts) {
        world.report(
                pod(),
                observed -> observed.setPhase(Phase.RUNNING)
                        .clearContainers()
                        .addContainers(ContainerStatus.newBuilder()
                                .setName("c")
                                .setPhase(Phase.PENDING)
                                .setRestartCount(restarts)
                                .setWaitingReason("CrashLoopBackOff")
                                .setLastEnd(ContainerEnd.newBuilder()
                                        .setExitCode(1)
                                        .setStartedAtMs(world.now().toEpochMilli()))));
        world.settle();
    }

    @Test
    void tellsOfAPodWhereItWentAndWhatStarted() {
        world.create("pods", POD);
        world.settleWithMachines();
        assertThat(told("Pod")).containsExactly("N Scheduled x1: Successfully assigned shop/web to host-n1");
        JsonNode event = world.objects("events").getFirst().json();
        assertThat(event.at("/involvedObject/uid").asText())
                .isEqualTo(pod().meta().uid());
        assertThat(event.path("lastTimestamp").asText()).isEqualTo(world.now().toString());
        world.report(
                pod(),
                observed -> observed.getContainersBuilder(0)
                        .setStartedAtMs(world.now().toEpochMilli()));
        world.settle();
        assertThat(told("Pod")).contains("N Created x1: Created container: c", "N Started x1: Started container c");
        assertThat(world.objects("events").stream()
                        .map(KubeDocument::json)
                        .map(json -> json.path("reason").asText()))
                .as("as clients list them")
                .containsExactly("Scheduled", "Created", "Started");
    }

    @Test
    void saysWhyAPodHasNoNodeInOneEventHoweverItsReasonChanges() {
        world.create("pods", POD);
        world.settle();
        world.unplaced(pod(), "Of 2 nodes 2 failed on RESOURCE:CPU.");
        world.settle();
        world.unplaced(pod(), "Of 3 nodes 3 failed on RESOURCE:MEMORY.");
        world.settle();
        assertThat(told("Pod"))
                .containsExactly("W FailedScheduling x1: 0/3 nodes are available: 3 Insufficient memory.");
    }

    @Test
    void countsRestartsInsteadOfTellingEach() {
        world.create("pods", POD);
        world.settleWithMachines();
        crashed(1);
        crashed(2);
        crashed(3);
        assertThat(told("Pod"))
                .contains(
                        "N Started x3: Started container c",
                        "W BackOff x3: Back-off restarting failed container c in pod web_shop("
                                + pod().meta().uid() + ")");
    }

    @Test
    void tellsWhatControllersDo() {
        world.create("deployments", DEPLOYMENT);
        world.settleWithMachines();
        String set = world.objects("replicasets").getFirst().meta().name();
        assertThat(told("Deployment"))
                .containsExactly("N ScalingReplicaSet x1: Scaled up replica set " + set + " from 0 to 2");
        assertThat(told("ReplicaSet"))
                .containsExactlyElementsOf(world.pods().stream()
                        .map(pod -> "N SuccessfulCreate x1: Created pod: "
                                + pod.name().name())
                        .toList());
        world.change("deployments", "web", json -> json.withObject("/spec").put("replicas", 1));
        world.settleWithMachines();
        assertThat(told("Deployment"))
                .contains("N ScalingReplicaSet x1: Scaled down replica set " + set + " from 2 to 1");
        assertThat(told("ReplicaSet")).anyMatch(line -> line.startsWith("N SuccessfulDelete x1: Deleted pod: " + set));
    }

    @Test
    void tellsNothingInANamespaceThatEnds() {
        world.create("pods", POD);
        world.settleWithMachines();
        world.delete("namespaces", "shop", "Background");
        world.settleWithMachines();
        assertThat(world.objects("events")).isEmpty();
        assertThat(world.pods()).isEmpty();
    }

    @Test
    void forgetsWhatHappenedAnHourAgo() {
        world.create("pods", POD);
        world.settleWithMachines();
        world.pass(Duration.ofMinutes(59));
        assertThat(told("Pod")).hasSize(1);
        world.pass(Duration.ofMinutes(3));
        assertThat(told("Pod")).isEmpty();
        crashed(1);
        assertThat(told("Pod")).noneMatch(line -> line.contains("Scheduled"));
    }
}
