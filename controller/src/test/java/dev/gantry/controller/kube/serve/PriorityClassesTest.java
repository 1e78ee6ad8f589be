package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.apps.ReplicaSetReconciler;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What priority classes may say, and what pods get from them. */
class PriorityClassesTest {

    private static final String CLASSES = "/apis/scheduling.k8s.io/v1/priorityclasses";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String SETS = "/apis/apps/v1/namespaces/default/replicasets";
    private static final String MERGE = "application/merge-patch+json";

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Answer priorityClass(String name, String more) throws IOException, InterruptedException {
        return world.post(CLASSES, "{'metadata': {'name': '%s'}, %s}".formatted(name, more));
    }

    private Answer pod(String more) throws IOException, InterruptedException {
        return world.post(
                PODS,
                "{'metadata': {'generateName': 'web-'}, 'spec': {%s 'containers': [{'name': 'c', 'image': 'i'}]}}"
                        .formatted(more));
    }

    private static void assertForbidden(Answer answer, String message) {
        assertThat(answer.text("/message")).endsWith(message);
        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    void areThereFromTheStartForTheSystem() throws IOException, InterruptedException {
        assertThat(world.get(CLASSES + "/system-cluster-critical").text("/value"))
                .isEqualTo("2000000000");
        assertThat(world.get(CLASSES + "/system-node-critical").text("/value")).isEqualTo("2000001000");
        assertThat(pod("'priorityClassName': 'system-node-critical',").text("/spec/priority"))
                .isEqualTo("2000001000");
    }

    @Test
    void stayWithinBounds() throws IOException, InterruptedException {
        Answer great = priorityClass("great", "'value': 1000000001");
        assertThat(great.status()).isEqualTo(422);
        assertThat(great.text("/message"))
                .contains("value: Forbidden: maximum allowed value of a user defined priority is 1000000000");
        assertThat(priorityClass("system-mine", "'value': 1").text("/message"))
                .contains("metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system"
                        + " use only. error: system-mine is not a known system priority class");
        assertThat(priorityClass("mine", "'value': 1, 'preemptionPolicy': 'Sometimes'")
                        .text("/message"))
                .contains("preemptionPolicy: Unsupported value: \"Sometimes\"");
        assertThat(priorityClass("low", "'value': -2147483648").status()).isEqualTo(201);
    }

    @Test
    void keepTheirValue() throws IOException, InterruptedException {
        priorityClass("mine", "'value': 1");
        assertThat(world.patch(CLASSES + "/mine", MERGE, "{'value': 2}").text("/message"))
                .contains("value: Forbidden: may not be changed in an update.");
        assertThat(world.patch(CLASSES + "/mine", MERGE, "{'preemptionPolicy': 'Never'}")
                        .text("/message"))
                .contains("preemptionPolicy: Invalid value: \"Never\": field is immutable");
        assertThat(world.patch(CLASSES + "/mine", MERGE, "{'description': 'for me'}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void areADefaultOnlyOnce() throws IOException, InterruptedException {
        assertThat(pod("").json().path("spec").has("priorityClassName")).isFalse();
        priorityClass("usual", "'value': 5, 'globalDefault': true");
        priorityClass("other", "'value': 6");
        String refused = "PriorityClass usual is already marked as default. Only one default can exist";
        assertForbidden(priorityClass("third", "'value': 5, 'globalDefault': true"), refused);
        assertForbidden(world.patch(CLASSES + "/other", MERGE, "{'globalDefault': true}"), refused);
        Answer made = pod("");
        assertThat(made.text("/spec/priorityClassName")).isEqualTo("usual");
        assertThat(made.text("/spec/priority")).isEqualTo("5");
    }

    @Test
    void sayWhatPodsMayNotSayThemselves() throws IOException, InterruptedException {
        priorityClass("mine", "'value': -7, 'preemptionPolicy': 'Never'");
        Answer made = pod("'priorityClassName': 'mine',");
        assertThat(made.text("/spec/priority")).isEqualTo("-7");
        assertThat(made.text("/spec/preemptionPolicy")).isEqualTo("Never");
        assertForbidden(
                pod("'priorityClassName': 'yours',"), "is forbidden: no PriorityClass with name yours was found");
        assertForbidden(
                pod("'priority': 9,"),
                "the integer value of priority (9) must not be provided in pod spec; priority admission controller"
                        + " computed 0 from the given PriorityClass name");
        assertForbidden(
                pod("'priorityClassName': 'mine', 'preemptionPolicy': 'PreemptLowerPriority',"),
                "the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec; priority"
                        + " admission controller computed Never from the given PriorityClass name");
        assertThat(pod("'priorityClassName': 'mine', 'priority': -7,").status()).isEqualTo(201);
    }

    @Test
    void holdForThePodsOfPlannersAsWell() throws IOException, InterruptedException {
        world.post(SETS, """
            {'metadata': {'name': 'web'}, 'spec': {'selector': {'matchLabels': {'app': 'web'}},
             'template': {'metadata': {'labels': {'app': 'web'}}, 'spec': {'priorityClassName': 'late',
              'containers': [{'name': 'c', 'image': 'i'}]}}}}\
            """);
        ReplicaSetReconciler reconciler = ReplicaSetReconciler.ofReplicaSets(new PodCompiler());
        world.reconcile(reconciler);
        assertThat(world.get(SETS + "/web").text("/status/conditions/0/message"))
                .endsWith("is forbidden: no PriorityClass with name late was found");
        priorityClass("late", "'value': 3");
        world.reconcile(reconciler);
        assertThat(world.get(PODS).text("/items/0/spec/priority")).isEqualTo("3");
    }

    @Test
    void countForQuotas() throws IOException, InterruptedException {
        priorityClass("high", "'value': 9");
        world.post("/api/v1/namespaces/default/resourcequotas", """
            {'metadata': {'name': 'few'}, 'spec': {'hard': {'pods': '1'}, 'scopeSelector': {'matchExpressions': [
             {'scopeName': 'PriorityClass', 'operator': 'In', 'values': ['high']}]}}}\
            """);
        assertThat(pod("").status()).isEqualTo(201);
        assertThat(pod("'priorityClassName': 'high',").status()).isEqualTo(201);
        assertForbidden(
                pod("'priorityClassName': 'high',"),
                "exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1");
        assertThat(pod("").status()).isEqualTo(201);
    }
}
