package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a claim may say. */
class ClaimsTest {

    private static final String ALL = "/api/v1/namespaces/default/persistentvolumeclaims";

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Answer create(String spec) throws IOException, InterruptedException {
        return world.post(ALL, "{'metadata': {'name': 'data'}, 'spec': {%s}}".formatted(spec));
    }

    @Test
    void saysHowMuchAndForWhom() throws IOException, InterruptedException {
        assertThat(create("").text("/message"))
                .contains("spec.accessModes: Required value: at least 1 access mode is required")
                .contains("spec.resources[storage]: Required value");
        assertThat(create("'accessModes': ['ReadWriteOncePod'], 'resources': {'requests': {'storage': '1Gi'}}")
                        .text("/message"))
                .contains("Unsupported value: \"ReadWriteOncePod\": supported values: \"ReadWriteOnce\","
                        + " \"ReadOnlyMany\", \"ReadWriteMany\"");
        assertThat(create("'accessModes': ['ReadWriteMany'], 'resources': {'requests': {'storage': '1Gi'}},"
                                + " 'selector': {'matchExpressions': [{'key': 'tier', 'operator': 'Near'}]}")
                        .text("/message"))
                .contains("spec.selector.matchExpressions[0].operator: Invalid value: \"Near\"");
        assertThat(create("'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': 'much'}}")
                        .text("/message"))
                .contains("must be a size, for example 1Gi");
        Answer good = create("'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Gi'}}");
        assertThat(good.status()).isEqualTo(201);
        assertThat(good.text("/status/phase")).isEqualTo("Pending");
        Answer changed = world.patch(
                ALL + "/data",
                "application/merge-patch+json",
                "{'spec': {'volumeMode': 'Filesystem', 'accessModes': []}}");
        assertThat(changed.status()).isEqualTo(422);
    }

    @Test
    void namesItsVolumeOnce() throws IOException, InterruptedException {
        Answer made = create("'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Gi'}}");
        assertThat(made.status()).isEqualTo(201);
        String named = "{'spec': {'volumeName': '%s'}}";
        String type = "application/merge-patch+json";
        assertThat(world.patch(ALL + "/data", type, named.formatted("one")).status())
                .isEqualTo(200);
        Answer again = world.patch(ALL + "/data", type, named.formatted("two"));
        assertThat(again.status()).isEqualTo(422);
        assertThat(again.text("/message")).contains("spec is immutable after creation");
    }

    @Test
    void namesItsVolumeAndItsClassAsObjectsAreNamed() throws IOException, InterruptedException {
        String size = "'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1Gi'}}";
        assertThat(create(size + ", 'volumeName': 'a/b', 'storageClassName': 'c/d'")
                        .text("/message"))
                .contains("spec.volumeName: Invalid value: \"a/b\"")
                .contains("spec.storageClassName: Invalid value: \"c/d\"");
    }

    @Test
    void hasAClassByDefault() throws IOException, InterruptedException {
        Answer classes = world.get("/apis/storage.k8s.io/v1/storageclasses");
        assertThat(classes.text("/items/0/metadata/name")).isEqualTo("local-path");
        assertThat(classes.text("/items/0/volumeBindingMode")).isEqualTo("WaitForFirstConsumer");
    }

    @Test
    void ofAStatefulSetIsAVolumeOfItsPods() throws IOException, InterruptedException {
        String set = """
            {'metadata': {'name': '%s'}, 'spec': {'serviceName': 'db', 'selector': {'matchLabels': {'a': 'b'}},
             'template': {'metadata': {'labels': {'a': 'b'}}, 'spec': {'containers': [
              {'name': 'c', 'image': 'i', 'volumeMounts': [{'name': '%s', 'mountPath': '/d'}]}]}},
             'volumeClaimTemplates': [{'metadata': {'name': 'disk'}, 'spec': {'accessModes': ['ReadWriteOnce'],
              'resources': {'requests': {'storage': '1Gi'}}}}]}}\
            """;
        String sets = "/apis/apps/v1/namespaces/default/statefulsets";
        assertThat(world.post(sets, set.formatted("good", "disk")).status()).isEqualTo(201);
        assertThat(world.post(sets, set.formatted("bad", "disc")).text("/message"))
                .contains("spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"disc\"");
    }
}
