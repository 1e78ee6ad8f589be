package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.collect.NamespaceReconciler;
import dev.gantry.controller.kube.pod.PodReconciler;
import dev.gantry.controller.lifecycle.WorkloadReconciler;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a namespace that is deleted, and of what is in it. */
class NamespaceDeletionTest {

    private static final String NAMESPACE = "/api/v1/namespaces/two";
    private static final String MAPS = NAMESPACE + "/configmaps";

    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
        world.post("/api/v1/namespaces", "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'two'}}");
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private void map(String name, String more) throws IOException, InterruptedException {
        assertThat(world.post(
                                MAPS,
                                "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'" + name + "'" + more + "}}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void itGoesWithAllThatIsInIt() throws IOException, InterruptedException {
        for (int number = 0; number < 250; number++) {
            map("m" + number, "");
        }
        assertThat(world.delete(NAMESPACE).status()).isEqualTo(200);
        assertThat(world.get(NAMESPACE).text("/status/phase")).isEqualTo("Terminating");
        assertThat(world.post(MAPS, "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'late'}}")
                        .status())
                .isEqualTo(403);
        world.reconcile(new NamespaceReconciler());
        assertThat(world.get(NAMESPACE).status()).isEqualTo(404);
        assertThat(world.get(MAPS).json().path("items")).isEmpty();
        assertThat(world.get("/api/v1/namespaces/default/configmaps").json().path("items"))
                .isNotEmpty();
    }

    @Test
    void itWaitsForFinalizersOfOthers() throws IOException, InterruptedException {
        map("held", ",'finalizers':['example.com/mine']");
        world.delete(NAMESPACE);
        world.reconcile(new NamespaceReconciler());
        assertThat(world.get(MAPS + "/held").text("/metadata/deletionTimestamp"))
                .isNotEmpty();
        assertThat(world.get(NAMESPACE).text("/status/phase")).isEqualTo("Terminating");
        world.patch(MAPS + "/held", "application/merge-patch+json", "{'metadata':{'finalizers':null}}");
        world.reconcile(new NamespaceReconciler());
        assertThat(world.get(NAMESPACE).status()).isEqualTo(404);
    }

    @Test
    void podsEndBeforeWhatIsBesideThem() throws IOException, InterruptedException {
        map("m", "");
        world.post(
                NAMESPACE + "/pods",
                "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','finalizers':['example.com/mine']},"
                        + "'spec':{'containers':[{'name':'c','image':'i'}]}}");
        world.delete(NAMESPACE);
        world.reconcile(new NamespaceReconciler());
        world.reconcile(new WorkloadReconciler());
        world.reconcile(new PodReconciler());
        world.reconcile(new NamespaceReconciler());
        assertThat(world.get(MAPS + "/m").status()).isEqualTo(200);
        world.patch(NAMESPACE + "/pods/p", "application/merge-patch+json", "{'metadata':{'finalizers':null}}");
        world.reconcile(new PodReconciler());
        world.reconcile(new NamespaceReconciler());
        assertThat(world.get(NAMESPACE).status()).isEqualTo(404);
    }
}
