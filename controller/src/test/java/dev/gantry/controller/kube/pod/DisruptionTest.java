package dev.gantry.controller.kube.pod;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.resource.Taints;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Taint;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a pod says of those who make it go. */
class DisruptionTest {

    private final ObjectWorld world = new ObjectWorld(List.of());

    @BeforeEach
    void create() {
        world.create("pods", "{'metadata': {'name': 'web'}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}]}}");
        world.settleWithMachines();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private PodDocument pod() {
        return world.pods().getFirst();
    }

    private List<JsonNode> told() {
        return PodView.conditions(pod())
                .valueStream()
                .filter(one -> one.path("type").asText().equals("DisruptionTarget"))
                .toList();
    }

    private void isTold(String reason, String message, String since) {
        assertThat(told()).singleElement().satisfies(condition -> {
            assertThat(condition.path("status").asText()).isEqualTo("True");
            assertThat(condition.path("reason").asText()).isEqualTo(reason);
            assertThat(condition.path("message").asText()).isEqualTo(message);
            assertThat(condition.path("lastTransitionTime").asText()).isEqualTo(since);
        });
    }

    private void lose(String stopCode) {
        world.report(
                pod(),
                observed -> observed.setPhase(Phase.STOPPED)
                        .setStopCode(stopCode)
                        .setStoppedAtMs(world.now().toEpochMilli()));
    }

    @Test
    void saysNothingOfItsUser() {
        world.delete("pods", "web", "Background");
        world.settle();
        assertThat(pod().isDeleted()).isTrue();
        assertThat(told()).isEmpty();
    }

    @Test
    void saysThatItIsEvictedSinceItWasFirst() {
        world.evict("web");
        assertThat(pod().isDeleted()).isTrue();
        isTold("EvictionByEvictionAPI", "Eviction API: evicting", "2026-03-01T10:00:00Z");
        world.pass(Duration.ofSeconds(5));
        world.evict("web");
        isTold("EvictionByEvictionAPI", "Eviction API: evicting", "2026-03-01T10:00:00Z");
    }

    @Test
    void saysThatATaintIsAgainstIt() {
        world.taint(Taint.newBuilder()
                .setKey("old")
                .setEffect(Taints.NO_EXECUTE)
                .setAddedAtMs(world.now().toEpochMilli())
                .build());
        world.settle();
        isTold("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", "2026-03-01T10:00:00Z");
    }

    @Test
    void saysThatItsNodeIsGone() {
        world.wait(Duration.ofSeconds(60));
        lose("TerminationNotice");
        isTold("DeletionByPodGC", "PodGC: node no longer exists", "2026-03-01T10:01:00Z");
    }

    @Test
    void saysThatItsNodeWasTakenOutByForce() {
        lose("UserInitiated");
        isTold("DeletionByPodGC", "PodGC: node no longer exists", "2026-03-01T10:00:00Z");
    }

    @Test
    void saysNothingWhenItsUserEndedItOnANodeThatIsLostMeanwhile() {
        world.delete("pods", "web", "Background");
        world.settle();
        lose("UserInitiated");
        assertThat(told()).isEmpty();
    }

    @Test
    void keepsItWhenItsLabelsChange() {
        world.evict("web");
        world.change("pods", "web", pod -> pod.withObject("/metadata/labels").put("a", "b"));
        isTold("EvictionByEvictionAPI", "Eviction API: evicting", "2026-03-01T10:00:00Z");
    }
}
