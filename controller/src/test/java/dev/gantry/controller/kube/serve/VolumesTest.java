package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a volume that a person makes may say, and a volume of a pod that a server shares. */
class VolumesTest {

    private static final String ALL = "/api/v1/persistentvolumes";
    private static final String SIZE = "'capacity': {'storage': '1Gi'}, 'accessModes': ['ReadWriteMany'], ";
    private static final String SHARE = "'nfs': {'server': '10.0.0.5', 'path': '/srv/data'}";
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

    private Answer create(String spec) throws IOException, InterruptedException {
        return world.post(ALL, "{'metadata': {'name': 'data'}, 'spec': {%s}}".formatted(spec));
    }

    private void refuses(String spec, String why) throws IOException, InterruptedException {
        Answer refused = create(spec);
        assertThat(refused.text("/message")).contains(why);
        assertThat(refused.status()).isEqualTo(422);
    }

    @Test
    void isAShareWithOptions() throws IOException, InterruptedException {
        Answer made = create(SIZE + SHARE + ", 'mountOptions': ['hard', 'nfsvers=4.1'], 'storageClassName': 'slow'");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("/spec/persistentVolumeReclaimPolicy")).isEqualTo("Retain");
        assertThat(world.patch(ALL + "/data", MERGE, "{'spec': {'mountOptions': ['soft']}}")
                        .status())
                .isEqualTo(200);
        assertThat(world.patch(ALL + "/data", MERGE, "{'spec': {'nfs': {'path': '/etc'}}}")
                        .text("/message"))
                .contains("spec.persistentvolumesource is immutable after creation");
    }

    @Test
    void saysHowMuchForWhomAndWhere() throws IOException, InterruptedException {
        refuses("", "spec.capacity[storage]: Required value");
        refuses("", "spec.accessModes: Required value");
        refuses(SIZE + "'volumeMode': 'Filesystem'", "must specify a volume type");
        refuses(SIZE + SHARE + ", 'hostPath': {'path': '/x'}", "may not specify more than 1 volume type");
        refuses(SIZE + "'csi': {'driver': 'x', 'volumeHandle': 'y'}", "spec.csi: Forbidden: is not supported here");
        refuses(
                SIZE + SHARE + ", 'persistentVolumeReclaimPolicy': 'Recycle'",
                "Unsupported value: \"Recycle\": supported values: \"Retain\"");
        refuses(
                SIZE + "'local': {'path': '/x'}",
                "spec.nodeAffinity: Required value: Local volume requires node affinity");
        refuses(SIZE + "'hostPath': {'path': '/x'}, 'mountOptions': ['ro']", "may not specify mount options");
        refuses(SIZE + SHARE + ", 'storageClassName': 'a/b'", "spec.storageClassName: Invalid value: \"a/b\"");
        refuses(SIZE + SHARE + ", 'claimRef': {'name': 'x'}", "spec.claimRef.namespace: Required value");
    }

    @Test
    void givesTheMountProgramNothingButAShare() throws IOException, InterruptedException {
        refuses(SIZE + "'nfs': {'path': '/x'}", "spec.nfs.server: Required value");
        refuses(SIZE + "'nfs': {'server': '-o suid', 'path': '/x'}", "spec.nfs.server: Invalid value");
        refuses(SIZE + "'nfs': {'server': 'a', 'path': 'x'}", "must be an absolute path");
        refuses(SIZE + "'nfs': {'server': 'a', 'path': '/x/../y'}", "must not contain '..'");
        refuses(SIZE + SHARE + ", 'mountOptions': ['ro,bind']", "spec.mountOptions[0]: Invalid value: \"ro,bind\"");
        Answer pod = world.post(
                "/api/v1/namespaces/default/pods",
                "{'metadata': {'name': 'p'}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}],"
                        + " 'volumes': [{'name': 'v', 'nfs': {'server': 'a b', 'path': '/x'}}]}}");
        assertThat(pod.text("/message")).contains("spec.volumes[0].nfs.server: Invalid value: \"a b\"");
    }
}
