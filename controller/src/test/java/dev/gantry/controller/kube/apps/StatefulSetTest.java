package dev.gantry.controller.kube.apps;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a stateful set does with its pods, in the store. */
class StatefulSetTest {

    private static final String SET = """
        {'metadata': {'name': 'db'}, 'spec': {'replicas': %d, 'serviceName': 'db', %s
         'selector': {'matchLabels': {'app': 'db'}},
         'template': {'metadata': {'labels': {'app': 'db'}},
                      'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
        """;

    private final ObjectWorld world =
            new ObjectWorld(List.of(new StatefulSetReconciler(new PodCompiler()), new GarbageReconciler()));

    @AfterEach
    void close() {
        world.close();
    }

    private void create(int replicas, String more) {
        world.create("statefulsets", SET.formatted(replicas, more));
        world.settle();
    }

    private void change(Consumer<ObjectNode> spec) {
        world.change("statefulsets", "db", json -> spec.accept(json.withObject("/spec")));
        world.settle();
    }

    private void image(String image) {
        change(spec -> ((ObjectNode) spec.at("/template/spec/containers/0")).put("image", image));
    }

    private JsonNode status() {
        return world.object("statefulsets", "db").status();
    }

    private PodDocument pod(String name) {
        return world.pods().stream()
                .filter(pod -> pod.name().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<String> names() {
        return world.pods().stream().map(pod -> pod.name().name()).toList();
    }

    private List<String> images() {
        return world.pods().stream()
                .map(pod -> pod.spec().at("/containers/0/image").asText())
                .toList();
    }

    @Test
    void startsOneAfterTheOther() {
        create(3, "");
        assertThat(names()).containsExactly("db-0");
        world.ready(pod("db-0"), true);
        world.settle();
        assertThat(names()).containsExactly("db-0", "db-1");
        world.settleWithMachines();
        assertThat(names()).containsExactly("db-0", "db-1", "db-2");
        assertThat(pod("db-1").spec().path("hostname").asText()).isEqualTo("db-1");
        assertThat(pod("db-1").spec().path("subdomain").asText()).isEqualTo("db");
        assertThat(pod("db-1").meta().labels())
                .containsEntry("apps.kubernetes.io/pod-index", "1")
                .containsEntry("statefulset.kubernetes.io/pod-name", "db-1")
                .containsEntry(
                        "controller-revision-hash",
                        status().path("updateRevision").asText());
        assertThat(status().path("currentReplicas").asInt()).isEqualTo(3);
        assertThat(status().path("availableReplicas").asInt()).isEqualTo(3);
        assertThat(status().path("currentRevision")).isEqualTo(status().path("updateRevision"));
    }

    @Test
    void startsAllAtOnceWhereTheirOrderDoesNotMatter() {
        create(3, "'podManagementPolicy': 'Parallel',");
        assertThat(names()).containsExactly("db-0", "db-1", "db-2");
    }

    @Test
    void givesUpTheLastOneFirstAndWaitsForItsEnd() {
        create(3, "");
        world.settleWithMachines();
        change(spec -> spec.put("replicas", 1));
        assertThat(world.pods().stream().filter(PodDocument::isDeleted))
                .extracting(pod -> pod.name().name())
                .containsExactly("db-2");
        world.settleWithMachines();
        assertThat(names()).containsExactly("db-0");
    }

    @Test
    void replacesFromTheLastOneOn() {
        create(3, "");
        world.settleWithMachines();
        image("i:2");
        assertThat(world.pods().stream().filter(PodDocument::isDeleted))
                .extracting(pod -> pod.name().name())
                .containsExactly("db-2");
        world.end(pod("db-2"), 0);
        world.settle();
        assertThat(images()).containsExactly("i:1", "i:1", "i:2");
        assertThat(world.pods()).noneMatch(PodDocument::isDeleted);
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:2", "i:2", "i:2");
        assertThat(status().path("currentRevision")).isEqualTo(status().path("updateRevision"));
        assertThat(world.objects("controllerrevisions")).hasSize(2);
    }

    @Test
    void leavesThoseBelowThePartitionAsTheyAre() {
        create(3, "'updateStrategy': {'type': 'RollingUpdate', 'rollingUpdate': {'partition': 2}},");
        world.settleWithMachines();
        image("i:2");
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:1", "i:1", "i:2");
        world.end(pod("db-0"), 1);
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:1", "i:1", "i:2");
        assertThat(status().path("currentReplicas").asInt()).isEqualTo(2);
        assertThat(status().path("updatedReplicas").asInt()).isEqualTo(1);
    }

    @Test
    void replacesNothingItselfWhenThatIsLeftToItsUser() {
        create(2, "'updateStrategy': {'type': 'OnDelete'},");
        world.settleWithMachines();
        image("i:2");
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:1", "i:1");
        world.delete("pods", "db-0", "Background");
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:2", "i:1");
    }

    @Test
    void makesAPodAnewUnderItsNameWhenItHasEnded() {
        create(1, "");
        world.settleWithMachines();
        String uid = pod("db-0").meta().uid();
        world.end(pod("db-0"), 1);
        world.settleWithMachines();
        assertThat(pod("db-0").isReady()).isTrue();
        assertThat(pod("db-0").meta().uid()).isNotEqualTo(uid);
    }

    @Test
    void goesBackToARevisionThatItHad() {
        create(1, "");
        world.settleWithMachines();
        image("i:2");
        world.settleWithMachines();
        image("i:1");
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:1");
        assertThat(world.objects("controllerrevisions"))
                .extracting(one -> one.json().path("revision").asInt())
                .containsExactlyInAnyOrder(2, 3);
    }

    @Test
    void forgetsOldRevisions() {
        create(1, "'revisionHistoryLimit': 1,");
        for (String image : List.of("i:2", "i:3", "i:4")) {
            world.settleWithMachines();
            image(image);
        }
        world.settleWithMachines();
        assertThat(world.objects("controllerrevisions"))
                .extracting(one -> one.json().path("revision").asInt())
                .containsExactlyInAnyOrder(3, 4);
    }

    @Test
    void goesOnThoughTheClockOfANodeIsAhead() {
        create(2, "");
        world.pass(Duration.ofHours(1));
        world.ready(pod("db-0"), true);
        world.pass(Duration.ofHours(-1));
        world.settle();
        assertThat(names()).containsExactly("db-0", "db-1");
        assertThat(status().path("availableReplicas").asInt()).isEqualTo(1);
    }

    @Test
    void countsFromItsStart() {
        create(2, "'ordinals': {'start': 5},");
        world.settleWithMachines();
        assertThat(names()).containsExactly("db-5", "db-6");
    }

    @Test
    void waitsWhileItsNameBelongsToSomebodyElse() {
        world.create("pods", "{'metadata': {'name': 'db-0'}, 'spec': {'containers': [{'name': 'c', 'image': 'i:9'}]}}");
        create(1, "");
        assertThat(images()).containsExactly("i:9");
        world.delete("pods", "db-0", "Background");
        world.settleWithMachines();
        change(spec -> spec.put("minReadySeconds", 0));
        world.settleWithMachines();
        assertThat(images()).containsExactly("i:1");
    }

    @Test
    void goesWithItsPodsAndRevisions() {
        create(2, "");
        world.settleWithMachines();
        world.delete("statefulsets", "db", "Foreground");
        world.settleWithMachines();
        assertThat(world.pods()).isEmpty();
        assertThat(world.objects("controllerrevisions")).isEmpty();
        assertThat(world.objects("statefulsets")).isEmpty();
    }
}
