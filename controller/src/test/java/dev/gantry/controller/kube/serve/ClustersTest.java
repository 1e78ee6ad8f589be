package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.registry.Clusters;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters beside {@code default}: each has a prefix in the path, and knows nothing of the others. */
class ClustersTest {

    private static final String OTHER = "/clusters/other";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";
    private static final String MAP = "{'metadata': {'name': 'm'}}";

    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
        world.found("other");
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private void bind(String prefix) throws IOException, InterruptedException {
        world.post(prefix + "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", """
            {'metadata': {'name': 'robots'},
             'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind': 'ClusterRole', 'name': 'view'},
             'subjects': [{'kind': 'User', 'name': 'eva', 'apiGroup': 'rbac.authorization.k8s.io'},
                          {'kind': 'ServiceAccount', 'name': 'robot', 'namespace': 'default'}]}\
            """);
    }

    @Test
    void hasWhatEveryClusterHasFromTheStart() throws IOException, InterruptedException {
        assertThat(Clusters.all(world.snapshot())).containsExactly("default", "other");
        assertThat(world.get(OTHER + "/api/v1/namespaces").json().at("/items").findValuesAsText("name"))
                .contains("default", "kube-system", "kube-public", "kube-node-lease");
        assertThat(world.get(OTHER + ACCOUNTS + "/default").status()).isEqualTo(200);
        assertThat(world.get(OTHER + "/apis/rbac.authorization.k8s.io/v1/clusterroles/view")
                        .status())
                .isEqualTo(200);
        assertThat(world.get(OTHER + "/apis/storage.k8s.io/v1/storageclasses/local-path")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void theSameNameIsFreeInEachOfThem() throws IOException, InterruptedException {
        assertThat(world.post(MAPS, MAP).status()).isEqualTo(201);
        assertThat(world.get(OTHER + MAPS + "/m").status()).isEqualTo(404);
        assertThat(world.post(OTHER + MAPS, MAP).status()).isEqualTo(201);
        assertThat(world.delete(MAPS + "/m").status()).isEqualTo(200);
        assertThat(world.get("/clusters/default" + MAPS + "/m").status()).isEqualTo(404);
        assertThat(world.get(OTHER + MAPS + "/m").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "Other", "-", "..", "%2e%2e", "default-", "o%2Fther"})
    void isNotThereUnlessItWasMade(String name) throws IOException, InterruptedException {
        String prefix = "/clusters/" + name;
        assertThat(world.get(prefix + MAPS).status()).isEqualTo(404);
        KubeWorld.Answer made = world.post(prefix + "/api/v1/namespaces", MAP);
        assertThat(made.status()).isEqualTo(404);
        assertThat(world.get(prefix + "/version").status()).isEqualTo(404);
        assertThat(Clusters.all(world.snapshot())).containsExactly("default", "other");
    }

    @Test
    void saysHowOneIsMade() throws IOException, InterruptedException {
        assertThat(world.get("/clusters/none" + MAPS).text("/message"))
                .isEqualTo("there is no cluster \"none\" here; to have one, start Gantry with --kube-clusters NAME");
    }

    @Test
    void whoMayDoSomethingInOneMayDoNothingInAnother() throws IOException, InterruptedException {
        bind(OTHER);
        assertThat(world.getAs("eva", OTHER + MAPS).status()).isEqualTo(200);
        assertThat(world.getAs("eva", MAPS).status()).isEqualTo(403);
    }

    @Test
    void theTokenOfAnAccountTellsWhereAPodIsAtHome() throws IOException, InterruptedException {
        world.post(OTHER + ACCOUNTS, "{'metadata': {'name': 'robot'}}");
        bind(OTHER);
        world.post(OTHER + MAPS, MAP);
        String token =
                world.post(OTHER + ACCOUNTS + "/robot/token", "{'spec': {}}").text("/status/token");
        assertThat(world.getBearing(token, OTHER + MAPS + "/m").status()).isEqualTo(200);
        assertThat(world.getBearing(token, MAPS + "/m").status()).isEqualTo(200);
        assertThat(world.getBearing(token, "/openapi/v3").text("/paths/api~1v1/serverRelativeURL"))
                .startsWith("/openapi/v3/api/v1");
        assertThat(world.getBearing(token, "/clusters/default" + MAPS).status()).isEqualTo(401);
        String forged = token.substring(0, token.length() - 8) + "AAAAAAAA";
        assertThat(world.getBearing(forged, MAPS + "/m").status()).isEqualTo(401);
    }

    @Test
    void aQuotaCountsWhatIsInItsOwnCluster() throws IOException, InterruptedException {
        String none = "{'metadata': {'name': 'none'}, 'spec': {'hard': {'count/configmaps': '0'}}}";
        assertThat(world.post(OTHER + "/api/v1/namespaces/default/resourcequotas", none)
                        .status())
                .isEqualTo(201);
        assertThat(world.post(MAPS, MAP).status()).isEqualTo(201);
        assertThat(world.post(OTHER + MAPS, MAP).status()).isEqualTo(403);
    }

    @Test
    void whoseOwnerIsInAnotherClusterHasNone() throws IOException, InterruptedException {
        String uid = world.post(MAPS, MAP).text("/metadata/uid");
        String owned = "{'metadata': {'name': 'owned', 'ownerReferences': [{'apiVersion': 'v1', 'kind': 'ConfigMap',"
                + " 'name': 'm', 'uid': '" + uid + "'}]}}";
        world.post(MAPS, owned);
        world.post(OTHER + MAPS, owned);
        world.reconcile(new GarbageReconciler());
        assertThat(world.get(MAPS + "/owned").status()).isEqualTo(200);
        assertThat(world.get(OTHER + MAPS + "/owned").status()).isEqualTo(404);
    }

    @Test
    void descriptionsLeadToItsOwnPaths() throws IOException, InterruptedException {
        assertThat(world.get(OTHER + "/openapi/v3").text("/paths/api~1v1/serverRelativeURL"))
                .startsWith(OTHER + "/openapi/v3/api/v1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "kube-system", "kube-public"})
    void keepsTheNamespacesItCannotBeWithout(String name) throws IOException, InterruptedException {
        KubeWorld.Answer refused = world.delete(OTHER + "/api/v1/namespaces/" + name);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("/message"))
                .isEqualTo("namespaces \"" + name + "\" is forbidden: this namespace may not be deleted");
    }
}
