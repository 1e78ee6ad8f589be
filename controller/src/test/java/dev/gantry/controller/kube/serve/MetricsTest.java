package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.proto.Phase;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String METRICS = "/apis/metrics.k8s.io/v1beta1";
    private static final long MEBIBYTE = 1 << 20;

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private void run(String name) throws IOException, InterruptedException {
        assertThat(world.post(
                                PODS,
                                "{'metadata': {'name': '" + name + "', 'labels': {'app': '" + name
                                        + "'}}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}]}}")
                        .status())
                .isEqualTo(201);
        world.report(name, Phase.RUNNING);
    }

    private void use(String name, String container, long millicores) {
        PodDocument pod = PodDocument.find(
                        world.snapshot(), new ObjectName("default", ResourceName.PODS, "default", name))
                .orElseThrow();
        world.samples().container(pod, container, millicores, 3 * MEBIBYTE);
    }

    @Test
    void aPodTellsWhatEachContainerUses() throws IOException, InterruptedException {
        run("web");
        use("web", "c", 250);
        KubeWorld.Answer pod = world.get(METRICS + "/namespaces/default/pods/web");
        assertThat(pod.status()).isEqualTo(200);
        assertThat(pod.text("/kind")).isEqualTo("PodMetrics");
        assertThat(pod.text("/window")).isEqualTo("15s");
        assertThat(pod.text("/timestamp")).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(pod.text("/metadata/labels/app")).isEqualTo("web");
        assertThat(pod.text("/containers/0/name")).isEqualTo("c");
        assertThat(pod.text("/containers/0/usage/cpu")).isEqualTo("250m");
        assertThat(pod.text("/containers/0/usage/memory")).isEqualTo("3Mi");
    }

    @Test
    void aListHasWhatWasMeasuredAndIsSelected() throws IOException, InterruptedException {
        run("a");
        run("b");
        run("silent");
        use("a", "c", 1);
        use("b", "c", 1);
        assertThat(world.get(METRICS + "/pods").json().path("items")).hasSize(2);
        KubeWorld.Answer one = world.get(METRICS + "/namespaces/default/pods?labelSelector=app%3Db");
        assertThat(one.text("/kind")).isEqualTo("PodMetricsList");
        assertThat(one.json().path("items")).hasSize(1);
        assertThat(one.text("/items/0/metadata/name")).isEqualTo("b");
        assertThat(world.get(METRICS + "/namespaces/other/pods").json().path("items"))
                .isEmpty();
    }

    @Test
    void whatWasNotMeasuredIsNotThere() throws IOException, InterruptedException {
        run("silent");
        KubeWorld.Answer none = world.get(METRICS + "/namespaces/default/pods/silent");
        assertThat(none.status()).isEqualTo(404);
        assertThat(none.text("/message")).isEqualTo("pods.metrics.k8s.io \"silent\" not found");
        assertThat(world.get(METRICS + "/nodes").json().path("items")).isEmpty();
    }

    @Test
    void aControllerThatDoesNotLeadSaysSo() throws IOException, InterruptedException {
        world.samples().goElsewhere();
        assertThat(world.get(METRICS + "/nodes").status()).isEqualTo(503);
        assertThat(world.get(METRICS + "/namespaces/default/pods/web").status()).isEqualTo(503);
    }

    @Test
    void whatWasMeasuredCanOnlyBeRead() throws IOException, InterruptedException {
        assertThat(world.post(METRICS + "/nodes", "{'metadata': {'name': 'n'}}").status())
                .isEqualTo(405);
        assertThat(world.delete(METRICS + "/namespaces/default/pods/web").status())
                .isEqualTo(405);
        assertThat(world.get(METRICS + "/pods?watch=true").status()).isEqualTo(405);
    }

    @Test
    void discoveryTellsWhatCanBeDone() throws IOException, InterruptedException {
        KubeWorld.Answer list = world.get(METRICS);
        assertThat(list.text("/resources/0/name")).isEqualTo("nodes");
        assertThat(list.text("/resources/0/kind")).isEqualTo("NodeMetrics");
        assertThat(list.json().at("/resources/1/verbs").toString()).isEqualTo("[\"get\",\"list\"]");
    }

    @Test
    void whoMayViewANamespaceMaySeeWhatItsPodsUse() throws IOException, InterruptedException {
        assertThat(world.getAs("eve", METRICS + "/namespaces/default/pods").status())
                .isEqualTo(403);
        assertThat(world.post(
                                "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
                                "{'metadata': {'name': 'eve'}, 'roleRef': {'kind': 'ClusterRole', 'name': 'view'},"
                                        + " 'subjects': [{'kind': 'User', 'name': 'eve'}]}")
                        .status())
                .isEqualTo(201);
        assertThat(world.getAs("eve", METRICS + "/namespaces/default/pods").status())
                .isEqualTo(200);
        assertThat(world.getAs("eve", METRICS + "/nodes").status()).isEqualTo(403);
    }
}
