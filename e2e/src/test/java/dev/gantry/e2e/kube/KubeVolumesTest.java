package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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

    /** In place of the machine's: the kernel of a machine for tests may know no NFS. The share is a directory of this machine. */
    private static final String MOUNT = """
        #!/bin/sh
        [ "$2" = nfs ] || exec /bin/mount "$@"
        echo "$@" >> %1$s/asked
        for place; do :; done
        case "$*" in *" nas:/export "*) exec /bin/mount --bind %1$s/export "$place" ;; esac
        echo "mount.nfs: Connection refused" >&2
        exit 32
        """;

    private static final String SHARED = """
        apiVersion: v1
        kind: PersistentVolume
        metadata: {name: nas}
        spec:
          capacity: {storage: 2Gi}
          accessModes: [ReadWriteMany]
          mountOptions: [hard, nfsvers=4.1]
          nfs: {server: nas, path: /export}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: shared}
        spec: {accessModes: [ReadWriteMany], storageClassName: "", resources: {requests: {storage: 1Gi}}}
        """;

    private static final String USER = """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: %1$s}
        spec:
          nodeName: %2$s
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: %3$s
            command: [sh, -c, "while true; do sleep 0.1; done"]
            volumeMounts: [{name: data, mountPath: /data}]
          volumes: [{name: data, %4$s}]
        """;

    private static final Path NAS = Path.of("/var/tmp/gantry-nas");

    private static KubeFleet kube;

    @BeforeAll
    static void start() throws IOException {
        Files.createDirectories(NAS.resolve("export"));
        Path mount = Files.createDirectories(NAS.resolve("bin")).resolve("mount");
        Files.writeString(mount, MOUNT.formatted(NAS));
        assertThat(mount.toFile().setExecutable(true)).isTrue();
        kube = KubeFleet.start(2, Map.of("PATH", mount.getParent() + ":" + System.getenv("PATH")));
    }

    @AfterAll
    static void stop() {
        if (kube != null) {
            kube.close();
        }
        Command.of("rm", "-rf", "--one-file-system", NAS.toString()).run();
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

    private static String user(String name, int host, String volume) {
        return USER.formatted(name, kube.hosts().get(host).namespace(), Engine.IMAGE, volume);
    }

    private static long mounts() throws IOException {
        return Files.readString(Path.of("/proc/self/mountinfo"))
                .lines()
                .filter(line -> line.contains(kube.fleet().home() + "/") && line.contains("/mounts/"))
                .count();
    }

    @Test
    void mountsTheDirectoryOfAServerForPodsOfTwoMachinesUntilTheyEnd() throws IOException {
        String claim = "persistentVolumeClaim: {claimName: shared}";
        kube.apply(SHARED + user("writer", 0, claim) + user("reader", 1, "nfs: {server: nas, path: /export}"));
        String _ = kube.kubectl("wait", "--for=condition=Ready", "pod/writer", "pod/reader", "--timeout=40s")
                .run()
                .must();
        assertThat(kube.kubectl("get", "pvc", "shared").run().must()).containsPattern("shared +Bound +nas +2Gi +RWX");
        assertThat(kube.inPod("writer", "echo kept > /data/word").exit()).isZero();
        assertThat(kube.inPod("reader", "cat /data/word").out()).isEqualTo("kept\n");
        assertThat(Files.readString(NAS.resolve("asked"))).contains("-t nfs -o hard,nfsvers=4.1 nas:/export ");
        assertThat(mounts()).isEqualTo(2);

        // What an agent has mounted that is killed, the next one unmounts.
        Host first = kube.hosts().get(0);
        kube.fleet().agent(first).kill();
        String _ = kube.kubectl("delete", "pod", "writer", "--wait=false").run().must();
        kube.fleet().agent(first).restart();
        await("one to be unmounted", () -> mounts() == 1);
        assertThat(kube.inPod("reader", "cat /data/word").out()).isEqualTo("kept\n");
        String _ = kube.kubectl("delete", "pod", "reader").run().must();
        await("both to be unmounted", () -> mounts() == 0);
        assertThat(Files.readString(NAS.resolve("export/word"))).isEqualTo("kept\n");
    }

    @Test
    void saysWhyAShareCannotBeMounted() {
        kube.apply(user("deaf", 0, "nfs: {server: gone, path: /export}"));
        await(
                "the reason",
                () -> kube.kubectl("describe", "pod", "deaf")
                        .run()
                        .must()
                        .contains("MountVolume.SetUp failed for volume \"data\" : mount failed: mount ended with 32:"
                                + " mount.nfs: Connection refused"));
        assertThat(kube.kubectl("get", "pod", "deaf").run().must()).contains("ContainerCreating");
        assertThat(kube.kubectl("get", "events").run().must()).contains("FailedMount");
        String _ = kube.kubectl("delete", "pod", "deaf", "--timeout=20s").run().must();
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
