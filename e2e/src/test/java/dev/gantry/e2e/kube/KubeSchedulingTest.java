package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Engine;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where pods go on two machines because of others, and who has to go for a more urgent one. */
@Tag("e2e")
class KubeSchedulingTest {

    private static final String PODS = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              affinity:
                podAntiAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                  - {topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: web}}}
              containers:
              - {name: c, image: "%1$s", command: [sh, -c, "while true; do sleep 0.1; done"]}
        ---
        apiVersion: scheduling.k8s.io/v1
        kind: PriorityClass
        metadata: {name: urgent}
        value: 1000
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: urgent, labels: {app: web}}
        spec:
          priorityClassName: urgent
          terminationGracePeriodSeconds: 1
          containers:
          - {name: c, image: "%1$s", command: [sh, -c, "while true; do sleep 0.1; done"]}
        """;

    private static KubeFleet kube;

    @BeforeAll
    static void start() throws IOException {
        kube = KubeFleet.start(2);
    }

    @AfterAll
    static void stop() {
        if (kube != null) {
            kube.close();
        }
    }

    private static String get(String... words) {
        String[] all = new String[words.length + 1];
        all[0] = "get";
        System.arraycopy(words, 0, all, 1, words.length);
        return kube.kubectl(all).run().must();
    }

    @Test
    void keepsReplicasApartAndMakesRoomForTheMoreUrgent() {
        String[] documents = PODS.formatted(Engine.IMAGE).split("---\n", 2);
        kube.apply(documents[0]);
        await(
                "two of three replicas",
                () -> get("deployment", "web", "-o", "jsonpath={.status.readyReplicas}")
                        .equals("2"));
        String nodes = get("pods", "-l", "app=web", "-o", "jsonpath={.items[*].spec.nodeName}");
        assertThat(nodes.split(" ")).hasSize(2).doesNotHaveDuplicates();
        await(
                "the reason of the third",
                () -> get("events", "--field-selector", "reason=FailedScheduling")
                        .contains("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules. preemption:"
                                + " 0/2 nodes are available: 2 No preemption victims found for incoming pod."));
        // The replicas do not want the urgent pod beside them either, so one of them has to go.
        kube.apply(documents[1]);
        await(
                "the urgent pod",
                () -> get("pod", "urgent", "-o", "jsonpath={.status.phase}").equals("Running"));
        assertThat(get("events", "--field-selector", "reason=Preempted"))
                .contains("Preempted by pod " + get("pod", "urgent", "-o", "jsonpath={.metadata.uid}") + " on node ");
    }
}
