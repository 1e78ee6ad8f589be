package dev.gantry.controller.kube.apps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Taint;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a daemon set does with its pods, in the store. */
class DaemonSetTest {

    private static final String SET = """
        {'metadata': {'name': 'log'}, 'spec': {%s
         'selector': {'matchLabels': {'app': 'log'}},
         'template': {'metadata': {'labels': {'app': 'log'}},
                      'spec': {%s 'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
        """;

    private final ObjectWorld world =
            new ObjectWorld(List.of(new DaemonSetReconciler(new PodCompiler()), new GarbageReconciler()));

    @BeforeEach
    void join() {
        world.join("n2");
        world.join("n3");
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void create(String more, String ofPod) {
        world.create("daemonsets", SET.formatted(more, ofPod));
        world.settleWithMachines();
    }

    private void change(Consumer<ObjectNode> spec) {
        world.change("daemonsets", "log", json -> spec.accept(json.withObject("/spec")));
        world.settle();
    }

    private void image(String image) {
        change(spec -> ((ObjectNode) spec.at("/template/spec/containers/0")).put("image", image));
    }

    private JsonNode status() {
        return world.object("daemonsets", "log").status();
    }

    private List<String> nodes() {
        return world.pods().stream()
                .map(pod -> pod.record().value().getPlacement().getNode())
                .sorted()
                .toList();
    }

    private List<String> images() {
        return world.pods().stream()
                .map(pod -> pod.spec().at("/containers/0/image").asText())
                .sorted()
                .toList();
    }

    private long ending() {
        return world.pods().stream().filter(PodDocument::isDeleted).count();
    }

    @Test
    void runsOnEveryNode() {
        create("", "");
        assertThat(nodes()).containsExactly("n1", "n2", "n3");
        assertThat(status().path("desiredNumberScheduled").asInt()).isEqualTo(3);
        assertThat(status().path("currentNumberScheduled").asInt()).isEqualTo(3);
        assertThat(status().path("numberReady").asInt()).isEqualTo(3);
        assertThat(status().path("updatedNumberScheduled").asInt()).isEqualTo(3);
        assertThat(status().path("numberAvailable").asInt()).isEqualTo(3);
        assertThat(status().has("numberUnavailable")).isFalse();
    }

    @Test
    void comesToANodeThatJoinsAndGoesWithOneThatLeaves() {
        create("", "");
        world.join("n4");
        world.settleWithMachines();
        assertThat(nodes()).containsExactly("n1", "n2", "n3", "n4");
        world.leave("n2");
        world.settleWithMachines();
        assertThat(nodes()).containsExactly("n1", "n3", "n4");
    }

    @Test
    void runsOnlyWhereItsPodsMay() {
        world.change("n2", node -> node.putAttributes("disk", "ssd"));
        create("", "'nodeSelector': {'disk': 'ssd'},");
        assertThat(nodes()).containsExactly("n2");
        world.change("n3", node -> node.putAttributes("disk", "ssd"));
        world.settleWithMachines();
        assertThat(nodes()).containsExactly("n2", "n3");
        world.change("n2", node -> node.removeAttributes("disk"));
        world.settleWithMachines();
        assertThat(nodes()).containsExactly("n3");
    }

    @Test
    void comesToACordonedNodeAndNotToOneThatDrains() {
        world.change("n2", node -> node.setCordoned(true));
        world.change("n3", node -> node.setAdministration(Administration.DRAINING));
        create("", "");
        assertThat(nodes()).containsExactly("n1", "n2");
    }

    @Test
    void staysWhereATaintCameLaterAndDoesNotComeThere() {
        Taint taint = Taint.newBuilder().setKey("old").setEffect("NoSchedule").build();
        world.change("n2", node -> node.addTaints(taint));
        create("", "");
        assertThat(nodes()).containsExactly("n1", "n3");
        world.taint(taint);
        world.settleWithMachines();
        assertThat(nodes()).containsExactly("n1", "n3");
        assertThat(status().path("numberMisscheduled").asInt()).isEqualTo(1);
        assertThat(status().path("desiredNumberScheduled").asInt()).isEqualTo(1);
    }

    @Test
    void wantsNoPodOnALostNode() {
        world.change("n2", node -> node.setReadiness(Readiness.LOST));
        create("", "");
        assertThat(nodes()).containsExactly("n1", "n3");
    }

    @Test
    void replacesOneAfterTheOther() {
        create("", "");
        image("i:2");
        assertThat(ending()).isEqualTo(1);
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:2", "i:2", "i:2");
        assertThat(nodes()).containsExactly("n1", "n2", "n3");
        assertThat(world.objects("controllerrevisions")).hasSize(2);
    }

    @Test
    void replacesAsManyAtATimeAsMayBeMissing() {
        create("'updateStrategy': {'rollingUpdate': {'maxUnavailable': '50%'}},", "");
        image("i:2");
        assertThat(ending()).isEqualTo(2);
    }

    @Test
    void replacesThoseFirstThatDoNotServeAnyway() {
        create("", "");
        world.ready(world.pods().get(1), false);
        world.settle();
        image("i:2");
        assertThat(world.pods().stream().filter(PodDocument::isDeleted))
                .containsExactly(world.pods().get(1));
    }

    @Test
    void replacesNothingItselfWhenThatIsLeftToItsUser() {
        create("'updateStrategy': {'type': 'OnDelete'},", "");
        image("i:2");
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:1", "i:1", "i:1");
        world.delete("pods", world.pods().getFirst().name().name(), "Background");
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:1", "i:1", "i:2");
    }

    @Test
    void makesAPodAnewThatHasEnded() {
        create("", "");
        world.end(world.pods().getFirst(), 1);
        world.settleWithMachines();
        assertThat(nodes()).containsExactly("n1", "n2", "n3");
        assertThat(world.pods()).allMatch(PodDocument::isReady);
    }

    @Test
    void goesWithItsPods() {
        create("", "");
        world.delete("daemonsets", "log", "Foreground");
        world.settleWithMachines();
        assertThat(world.pods()).isEmpty();
        assertThat(world.objects("daemonsets")).isEmpty();
    }
}
