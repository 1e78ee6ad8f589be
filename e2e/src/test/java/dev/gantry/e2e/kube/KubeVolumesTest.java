package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Host;
import java.io.IOException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Claims with kubectl: what pods write outlives them, on the machine where the first of them was. */
@Tag("e2e")
class KubeVolumesTest {

    private static final String SET = """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          replicas: 2
          serviceName: db
          podManagementPolicy: Parallel
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %s
                command: [sh, -c, "while true; do sleep 0.1; done"]
                volumeMounts: [{name: disk, mountPath: /data}]
          volumeClaimTemplates:
          - metadata: {name: disk}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        """;

    private static final String LONELY = """
        apiVersion: v1
        kind: Pod
        metadata: {name: lonely}
        spec:
          containers: [{name: main, image: %s, volumeMounts: [{name: v, mountPath: /data}]}]
          volumes: [{name: v, persistentVolumeClaim: {claimName: nowhere}}]
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

    @Test
    void keepsWhatAStatefulSetWroteForThePodsThatFollow() {
        kube.apply(SET.formatted(Engine.IMAGE));
        kube.awaitRollout("statefulset/db");
        Host first = kube.hostOf("db-0");
        assertThat(kube.hostOf("db-1")).as("the other machine").isNotEqualTo(first);
        for (String pod : kube.pods("db")) {
            assertThat(kube.inPod(pod, "echo " + pod + " > /data/who").exit()).isZero();
        }
        assertThat(kube.kubectl("get", "pvc").run().must())
                .containsPattern("disk-db-0 +Bound +pvc-[0-9a-f-]+ +1Gi +RWO +local-path")
                .containsPattern("disk-db-1 +Bound");
        assertThat(kube.kubectl("get", "pv").run().must())
                .containsPattern("pvc-[0-9a-f-]+ +1Gi +RWO +Retain +Bound +default/disk-db-0 +local-path");

        // Whatever machine is emptier: their volumes bring them back to theirs.
        for (int round = 0; round < 3; round++) {
            kube.replacePods("db");
            for (String pod : kube.pods("db")) {
                assertThat(kube.inPod(pod, "cat /data/who").out()).isEqualTo(pod + "\n");
            }
        }
        assertThat(kube.hostOf("db-0")).isEqualTo(first);

        String _ = kube.kubectl("delete", "statefulset", "db").run().must();
        await("the pods to be gone", () -> kube.pods("db").isEmpty());
        kube.apply(SET.formatted(Engine.IMAGE));
        kube.awaitRollout("statefulset/db");
        assertThat(kube.inPod("db-0", "cat /data/who").out()).isEqualTo("db-0\n");

        String _ =
                kube.kubectl("delete", "pvc", "disk-db-0", "--wait=false").run().must();
        assertThat(kube.kubectl("get", "pvc", "disk-db-0").run().must()).contains("Terminating");
        String _ = kube.kubectl("delete", "statefulset", "db").run().must();
        await(
                "the claim to go with its last pod",
                () -> kube.kubectl("get", "pvc", "disk-db-0").run().exit() != 0);
        Pattern released = Pattern.compile("Released +default/disk-db-0");
        await(
                "the volume to be released",
                () -> released.matcher(kube.kubectl("get", "pv").run().must()).find());
    }

    @Test
    void saysWhatAPodWaitsFor() {
        kube.apply(LONELY.formatted(Engine.IMAGE));
        await(
                "the reason",
                () -> kube.kubectl("describe", "pod", "lonely")
                        .run()
                        .must()
                        .contains("persistentvolumeclaim \"nowhere\" not found"));
        assertThat(kube.kubectl("get", "pod", "lonely").run().must()).contains("Pending");
    }
}
