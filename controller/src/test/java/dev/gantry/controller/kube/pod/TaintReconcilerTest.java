package dev.gantry.controller.kube.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.proto.Taint;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a NoExecute taint does to pods that run. */
class TaintReconcilerTest {

    private final ObjectWorld world = new ObjectWorld(List.of());

    @AfterEach
    void close() {
        world.close();
    }

    private void create(String name, String tolerations) {
        world.create(
                "pods",
                "{'metadata': {'name': '%s'}, 'spec': {'tolerations': [%s], 'containers': [{'name': 'c', 'image': 'i'}]}}"
                        .formatted(name, tolerations));
        world.settleWithMachines();
    }

    private Taint taint(String effect) {
        return Taint.newBuilder()
                .setKey("old")
                .setEffect(effect)
                .setAddedAtMs(world.now().toEpochMilli())
                .build();
    }

    private List<String> names() {
        world.settleWithMachines();
        return world.pods().stream().map(pod -> pod.name().name()).toList();
    }

    @Test
    void deletesThosePodsThatDoNotTolerateIt() {
        create("meek", "");
        create("bold", "{'operator': 'Exists'}");
        create("other", "{'key': 'new', 'operator': 'Exists'}");
        world.taint(taint("NoSchedule"));
        assertThat(names()).containsExactly("bold", "meek", "other");
        world.taint(taint("NoExecute"));
        assertThat(names()).containsExactly("bold");
        assertThat(world.objects("events"))
                .extracting(event -> event.json().path("message").asText())
                .contains("Marking for deletion Pod shop/meek", "Marking for deletion Pod shop/other");
    }

    @Test
    void waitsAsLongAsAPodToleratesIt() {
        create("patient", "{'key': 'old', 'operator': 'Exists', 'effect': 'NoExecute', 'tolerationSeconds': 60}");
        world.taint(taint("NoExecute"));
        world.settle();
        world.pass(Duration.ofSeconds(59));
        assertThat(world.pods()).noneMatch(PodDocument::isDeleted);
        world.pass(Duration.ofSeconds(1));
        assertThat(names()).isEmpty();
    }

    @Test
    void forgetsATaintThatWasTakenAway() {
        create("patient", "{'key': 'old', 'operator': 'Exists', 'effect': 'NoExecute', 'tolerationSeconds': 60}");
        world.taint(taint("NoExecute"));
        world.settle();
        world.taint();
        world.pass(Duration.ofSeconds(100));
        assertThat(names()).containsExactly("patient");
    }

    @Test
    void meetsAPodThatIsPlacedWhileTheTaintComes() {
        world.taint(taint("NoExecute"));
        create("late", "");
        assertThat(names()).isEmpty();
    }
}
