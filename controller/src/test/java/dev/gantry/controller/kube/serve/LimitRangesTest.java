package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.apps.ReplicaSetReconciler;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a limit range gives, and what it refuses. */
class LimitRangesTest {

    private static final String RANGES = "/api/v1/namespaces/default/limitranges";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String CLAIMS = "/api/v1/namespaces/default/persistentvolumeclaims";
    private static final String SETS = "/apis/apps/v1/namespaces/default/replicasets";

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Answer range(String limits) throws IOException, InterruptedException {
        return world.post(RANGES, "{'metadata': {'name': 'limits'}, 'spec': {'limits': [%s]}}".formatted(limits));
    }

    private void limit(String limits) throws IOException, InterruptedException {
        assertThat(range(limits).status()).isEqualTo(201);
    }

    private Answer pod(String resources) throws IOException, InterruptedException {
        return world.post(
                PODS,
                "{'metadata': {'name': 'web'}, 'spec': {'containers': [{'name': 'c', 'image': 'i', 'resources': {%s}}]}}"
                        .formatted(resources));
    }

    private void assertRefused(Answer answer, String message) {
        assertThat(answer.text("/message")).isEqualTo(message);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text("/reason")).isEqualTo("Forbidden");
    }

    @Test
    void completesItself() throws IOException, InterruptedException {
        Answer made = range("{'type': 'Container', 'max': {'cpu': '2', 'memory': '1Gi'}, 'default': {'cpu': '1'},"
                + " 'min': {'memory': '64Mi', 'ephemeral-storage': '1Gi'}}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().at("/spec/limits/0/default")).hasToString("{\"cpu\":\"1\",\"memory\":\"1Gi\"}");
        assertThat(made.json().at("/spec/limits/0/defaultRequest"))
                .hasToString("{\"cpu\":\"1\",\"memory\":\"1Gi\",\"ephemeral-storage\":\"1Gi\"}");
    }

    @Test
    void mustAgreeWithItself() throws IOException, InterruptedException {
        assertThat(range("{'type': 'Container', 'min': {'cpu': '2'}, 'max': {'cpu': '500m'}}")
                        .text("/message"))
                .contains("spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 500m");
        assertThat(range("{'type': 'Container', 'max': {'cpu': '1'}, 'default': {'cpu': '2'}}")
                        .text("/message"))
                .contains("spec.limits[0].default[cpu]: Invalid value: \"2\": default value 2 is greater than max"
                        + " value 1");
        assertThat(range("{'type': 'Container', 'default': {'cpu': '1'}, 'defaultRequest': {'cpu': '2'}}")
                        .text("/message"))
                .contains("default request value 2 is greater than default limit value 1");
        assertThat(range("{'type': 'Pod', 'default': {'cpu': '1'}, 'maxLimitRequestRatio': {'cpu': '500m'}}")
                        .text("/message"))
                .contains("spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'")
                .contains("ratio 500m is less than 1");
        assertThat(range("{'type': 'Pod', 'min': {'cpu': '1'}, 'max': {'cpu': '2'}, 'maxLimitRequestRatio':"
                                + " {'cpu': 4}}")
                        .text("/message"))
                .contains("ratio 4 is greater than max/min = 2.000000");
        assertThat(range("{'type': 'PersistentVolumeClaim'}").text("/message"))
                .contains("either minimum or maximum storage value is required, but neither was provided");
        Answer nonsense =
                range("{'type': 'Node'}, {'type': 'Pod', 'max': {'cpu': 'much', 'storage': '1Gi'}}, {'type': 'Pod'}");
        assertThat(nonsense.status()).isEqualTo(422);
        assertThat(nonsense.text("/message"))
                .contains("spec.limits[0].type: Invalid value: \"Node\": must be a standard limit type or fully"
                        + " qualified")
                .contains("spec.limits[1].max[cpu]: Invalid value: \"much\"")
                .contains("spec.limits[1].max[storage]: Invalid value: \"storage\": must be a standard resource type")
                .contains("spec.limits[2].type: Duplicate value: \"Pod\"");
    }

    @Test
    void fillsInWhatAContainerDoesNotSayAndNotesItDown() throws IOException, InterruptedException {
        limit("{'type': 'Container', 'default': {'cpu': '1', 'memory': '256Mi'}, 'defaultRequest': {'cpu': '250m'}}");
        Answer made = world.post(PODS, """
            {'metadata': {'name': 'web'}, 'spec': {
             'initContainers': [{'name': 'first', 'image': 'i', 'resources': {'limits': {'cpu': '500m'}}}],
             'containers': [{'name': 'c', 'image': 'i'}]}}\
            """);
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().at("/spec/containers/0/resources"))
                .hasToString("{\"requests\":{\"cpu\":\"250m\",\"memory\":\"256Mi\"},"
                        + "\"limits\":{\"cpu\":\"1\",\"memory\":\"256Mi\"}}");
        assertThat(made.text("/spec/initContainers/0/resources/requests/cpu")).isEqualTo("500m");
        assertThat(made.json()
                        .at("/metadata/annotations")
                        .path("kubernetes.io/limit-ranger")
                        .asText())
                .isEqualTo(
                        "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container"
                                + " c; memory request for init container first; memory limit for init container first");
    }

    @Test
    void refusesAContainerThatAsksForMoreThanItIsGiven() throws IOException, InterruptedException {
        limit("{'type': 'Container', 'default': {'cpu': '500m'}}");
        Answer refused = pod("'requests': {'cpu': '1'}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/message"))
                .contains("spec.containers[0].resources.requests: Invalid value: \"1\":"
                        + " must be less than or equal to cpu limit of 500m");
    }

    @Test
    void boundsContainers() throws IOException, InterruptedException {
        limit("{'type': 'Container', 'min': {'cpu': '100m'}, 'max': {'cpu': '1', 'memory': '1Gi'},"
                + " 'maxLimitRequestRatio': {'cpu': '2'}}");
        assertRefused(
                pod("'limits': {'cpu': '2'}"),
                "pods \"web\" is forbidden: maximum cpu usage per Container is 1, but limit is 2");
        assertRefused(
                pod("'limits': {'cpu': '50m', 'memory': '2Gi'}"),
                "pods \"web\" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m,"
                        + " maximum memory usage per Container is 1Gi, but limit is 2Gi]");
        assertRefused(
                pod("'limits': {'cpu': '1'}, 'requests': {'cpu': '250m'}"),
                "pods \"web\" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is"
                        + " 4.000000");
        assertThat(pod("'limits': {'cpu': '1'}, 'requests': {'cpu': '500m'}").status())
                .isEqualTo(201);
    }

    @Test
    void boundsPodsAsAWhole() throws IOException, InterruptedException {
        limit("{'type': 'Pod', 'max': {'cpu': '1'}}");
        assertRefused(
                pod("'requests': {'cpu': '100m'}"),
                "pods \"web\" is forbidden: maximum cpu usage per Pod is 1.  No limit is specified");
        String both = """
            {'metadata': {'name': 'web'}, 'spec': {'containers': [
             {'name': 'a', 'image': 'i', 'resources': {'limits': {'cpu': '600m'}}},
             {'name': 'b', 'image': 'i', 'resources': {'limits': {'cpu': '%s'}}}]}}\
            """;
        assertRefused(
                world.post(PODS, both.formatted("500m")),
                "pods \"web\" is forbidden: maximum cpu usage per Pod is 1, but limit is 1100m");
        assertThat(world.post(PODS, both.formatted("400m")).status()).isEqualTo(201);
    }

    @Test
    void boundsClaimsWhenTheyAreMadeAndWhenTheyGrow() throws IOException, InterruptedException {
        limit("{'type': 'PersistentVolumeClaim', 'min': {'storage': '1Gi'}, 'max': {'storage': '4Gi'}}");
        String claim = "{'metadata': {'name': 'data'}, 'spec': {'accessModes': ['ReadWriteOnce'],"
                + " 'resources': {'requests': {'storage': '%s'}}}}";
        assertRefused(
                world.post(CLAIMS, claim.formatted("512Mi")),
                "persistentvolumeclaims \"data\" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi,"
                        + " but request is 512Mi");
        assertThat(world.post(CLAIMS, claim.formatted("2Gi")).status()).isEqualTo(201);
        assertRefused(
                world.patch(
                        CLAIMS + "/data",
                        "application/merge-patch+json",
                        "{'spec': {'resources': {'requests': {'storage': '5Gi'}}}}"),
                "persistentvolumeclaims \"data\" is forbidden: maximum storage usage per PersistentVolumeClaim is 4Gi,"
                        + " but request is 5Gi");
    }

    @Test
    void holdsForThePodsOfPlannersAsWell() throws IOException, InterruptedException {
        limit("{'type': 'Container', 'max': {'cpu': '1'}, 'default': {'cpu': '500m'}}");
        String set = """
            {'metadata': {'name': '%s'}, 'spec': {'selector': {'matchLabels': {'app': '%s'}},
             'template': {'metadata': {'labels': {'app': '%s'}},
              'spec': {'containers': [{'name': 'c', 'image': 'i', 'resources': {%s}}]}}}}\
            """;
        world.post(SETS, set.formatted("small", "small", "small", ""));
        world.post(SETS, set.formatted("great", "great", "great", "'limits': {'cpu': '2'}"));
        world.reconcile(ReplicaSetReconciler.ofReplicaSets(new PodCompiler()));
        Answer pods = world.get(PODS);
        assertThat(pods.json().path("items")).hasSize(1);
        assertThat(pods.text("/items/0/spec/containers/0/resources/limits/cpu")).isEqualTo("500m");
        assertThat(world.get(SETS + "/great").text("/status/conditions/0/message"))
                .contains("is forbidden: maximum cpu usage per Container is 1, but limit is 2");
    }
}
