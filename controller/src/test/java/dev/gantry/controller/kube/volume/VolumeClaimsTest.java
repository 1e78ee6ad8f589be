package dev.gantry.controller.kube.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.apps.StatefulSetReconciler;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.owner.ObjectWorld;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.proto.NfsVolume;
import dev.gantry.proto.Supply;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Claims and the volumes that they get. */
class VolumeClaimsTest {

    private static final String CLAIM = """
        {'metadata': {'name': 'data'}, 'spec': {'accessModes': ['ReadWriteOnce'],
         'resources': {'requests': {'storage': '1Gi'}}}}\
        """;

    private static final String POD = """
        {'metadata': {'name': '%s'}, 'spec': {
         'containers': [{'name': 'c', 'image': 'i:1', 'volumeMounts': [{'name': 'v', 'mountPath': '/data'}]}],
         'volumes': [{'name': 'v', 'persistentVolumeClaim': {'claimName': 'data'}}]}}\
        """;

    private static final String SET = """
        {'metadata': {'name': 'db'}, 'spec': {'replicas': 2, 'serviceName': 'db',
         'selector': {'matchLabels': {'app': 'db'}},
         'template': {'metadata': {'labels': {'app': 'db'}}, 'spec': {
          'containers': [{'name': 'c', 'image': 'i:1', 'volumeMounts': [{'name': 'disk', 'mountPath': '/d'}]}]}},
         'volumeClaimTemplates': [{'metadata': {'name': 'disk'}, 'spec': {'accessModes': ['ReadWriteOnce'],
          'resources': {'requests': {'storage': '1Gi'}}}}]}}\
        """;

    private final ObjectWorld world = new ObjectWorld(
            List.of(new VolumeClaimReconciler(), new VolumeReconciler(), new StatefulSetReconciler(new PodCompiler())));

    @AfterEach
    void close() {
        world.close();
    }

    private KubeDocument claim(String name) {
        return world.object("persistentvolumeclaims", name);
    }

    private PodDocument pod(String name) {
        return world.pods().stream()
                .filter(pod -> pod.name().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private KubeDocument volumeOf(KubeDocument claim) {
        String name = claim.spec().path("volumeName").asText();
        return KubeDocument.find(world.snapshot(), new ObjectName("default", VolumeNames.VOLUMES, "", name))
                .orElseThrow();
    }

    private Supply supply(String pod) {
        return pod(pod).record().value().getSupplies().getSupplies(0);
    }

    @Test
    void waitsForAPodWithANode() {
        world.create("persistentvolumeclaims", CLAIM);
        world.create("pods", POD.formatted("one"));
        world.settle();
        assertThat(claim("data").status().path("phase").asText()).isEqualTo("Pending");
        assertThat(claim("data").spec().path("storageClassName").asText()).isEqualTo("local-path");
        assertThat(supply("one").getDataMap()).isEmpty();

        world.ready(pod("one"), true);
        world.settle();
        KubeDocument claim = claim("data");
        assertThat(claim.status().path("phase").asText()).isEqualTo("Bound");
        assertThat(claim.status().at("/capacity/storage").asText()).isEqualTo("1Gi");
        JsonNode volume = volumeOf(claim).json();
        assertThat(volume.at("/spec/claimRef/name").asText()).isEqualTo("data");
        assertThat(volume.at("/spec/nodeAffinity/required/nodeSelectorTerms/0/matchExpressions/0/values/0")
                        .asText())
                .isEqualTo("host-n1");
        assertThat(volume.at("/status/phase").asText()).isEqualTo("Bound");
        assertThat(supply("one").getDataOrThrow("node").toStringUtf8()).isEqualTo("n1");
        assertThat(supply("one").getDataOrThrow("volume").toStringUtf8())
                .isEqualTo(claim.spec().path("volumeName").asText());
    }

    @Test
    void tellsTheNextPodWhereItsVolumeIs() {
        world.create("persistentvolumeclaims", CLAIM);
        world.create("pods", POD.formatted("one"));
        world.settle();
        world.ready(pod("one"), true);
        world.settle();
        world.create("pods", POD.formatted("two"));
        world.settle();
        assertThat(supply("two").getDataOrThrow("node").toStringUtf8()).isEqualTo("n1");
    }

    @Test
    void staysForAsLongAsAPodUsesIt() {
        world.create("persistentvolumeclaims", CLAIM);
        world.create("pods", POD.formatted("one"));
        world.settle();
        world.ready(pod("one"), true);
        world.settle();
        KubeDocument volume = volumeOf(claim("data"));
        world.delete("persistentvolumeclaims", "data", "Background");
        world.settle();
        assertThat(claim("data").meta().isDeleted()).isTrue();
        world.end(pod("one"), 0);
        world.settle();
        assertThat(world.objects("persistentvolumeclaims")).isEmpty();
        assertThat(KubeDocument.find(world.snapshot(), volume.name())
                        .orElseThrow()
                        .status()
                        .path("phase")
                        .asText())
                .isEqualTo("Released");
    }

    private void bound() {
        world.create("persistentvolumeclaims", CLAIM);
        world.create("pods", POD.formatted("one"));
        world.settle();
        world.ready(pod("one"), true);
        world.settle();
    }

    private void claimByName(String volume) {
        world.create("persistentvolumeclaims", """
            {'metadata': {'name': 'thief'}, 'spec': {'accessModes': ['ReadWriteOnce'], 'volumeName': '%s',
             'resources': {'requests': {'storage': '1Gi'}}}}\
            """.formatted(volume));
        world.create("pods", POD.formatted("two").replace("'data'", "'thief'"));
        world.settle();
    }

    @Test
    void getsNothingOfAVolumeOfAnotherClaim() {
        bound();
        KubeDocument volume = volumeOf(claim("data"));
        claimByName(volume.meta().name());
        assertThat(claim("thief").status().path("phase").asText()).isEqualTo("Pending");
        assertThat(supply("two").getDataMap()).isEmpty();
        assertThat(claim("data").status().path("phase").asText()).isEqualTo("Bound");

        world.delete("persistentvolumeclaims", "data", "Background");
        world.end(pod("one"), 0);
        world.settle();
        assertThat(world.objects("persistentvolumeclaims")).hasSize(1);
        assertThat(claim("thief").status().path("phase").asText()).isEqualTo("Pending");
        assertThat(supply("two").getDataMap()).isEmpty();
    }

    @Test
    void takesAVolumeThatWasMadeNobodys() {
        bound();
        KubeDocument volume = volumeOf(claim("data"));
        claimByName(volume.meta().name());
        world.delete("persistentvolumeclaims", "data", "Background");
        world.end(pod("one"), 0);
        world.settle();
        world.change(
                "persistentvolumes",
                volume.meta().name(),
                json -> json.withObject("/spec").remove("claimRef"));
        world.settle();
        assertThat(claim("thief").status().path("phase").asText()).isEqualTo("Bound");
        assertThat(volumeOf(claim("thief")).json().at("/spec/claimRef/uid").asText())
                .isEqualTo(claim("thief").meta().uid());
        assertThat(supply("two").getDataOrThrow("node").toStringUtf8()).isEqualTo("n1");
    }

    private String phase(KubeDocument volume) {
        return KubeDocument.find(world.snapshot(), volume.name())
                .orElseThrow()
                .status()
                .path("phase")
                .asText();
    }

    @Test
    void aVolumeIsAvailableOnceItIsNobodysUntilANewClaimNamesIt() {
        bound();
        KubeDocument volume = volumeOf(claim("data"));
        world.delete("persistentvolumeclaims", "data", "Background");
        world.end(pod("one"), 0);
        world.settle();
        assertThat(phase(volume)).isEqualTo("Released");
        world.change(
                "persistentvolumes",
                volume.meta().name(),
                json -> json.withObject("/spec").remove("claimRef"));
        world.settle();
        assertThat(phase(volume)).isEqualTo("Available");
        claimByName(volume.meta().name());
        assertThat(phase(volume)).isEqualTo("Bound");
        assertThat(claim("thief").status().path("phase").asText()).isEqualTo("Bound");
        assertThat(supply("two").getDataOrThrow("volume").toStringUtf8())
                .isEqualTo(volume.meta().name());
    }

    @Test
    void aVolumeIsReleasedWhenItsClaimIsTornAway() {
        bound();
        KubeDocument volume = volumeOf(claim("data"));
        world.change(
                "persistentvolumeclaims",
                "data",
                json -> json.withObject("/metadata").remove("finalizers"));
        world.delete("persistentvolumeclaims", "data", "Background");
        world.settle();
        assertThat(phase(volume)).isEqualTo("Released");
    }

    @Test
    void isLostWhenItsVolumeGoes() {
        bound();
        world.delete("persistentvolumes", volumeOf(claim("data")).meta().name(), "Background");
        world.settle();
        assertThat(claim("data").status().path("phase").asText()).isEqualTo("Lost");
        assertThat(supply("one").getDataMap()).isEmpty();
    }

    private static final String SHARE = """
        {'metadata': {'name': '%s'}, 'spec': {'capacity': {'storage': '%s'}, 'accessModes': ['ReadWriteMany'],
         'storageClassName': '%s', 'mountOptions': ['hard'], 'nfs': {'server': 'nas', 'path': '/data'}}}\
        """;

    private List<String> told() {
        return world.objects("events").stream()
                .map(event -> event.json().path("message").asText())
                .toList();
    }

    private void claimShared(String type) {
        world.create("persistentvolumeclaims", """
            {'metadata': {'name': 'data'}, 'spec': {'accessModes': ['ReadWriteMany'], 'storageClassName': '%s',
             'resources': {'requests': {'storage': '1Gi'}}}}\
            """.formatted(type));
    }

    @Test
    void takesTheSmallestOfTheVolumesThatArePeoplesOwn() {
        claimShared("");
        world.create("pods", POD.formatted("one"));
        world.settle();
        assertThat(claim("data").status().path("phase").asText()).isEqualTo("Pending");
        assertThat(supply("one").getObstacle()).isEqualTo("pod has unbound immediate PersistentVolumeClaims.");
        assertThat(told()).contains("no persistent volumes available for this claim and no storage class is set");

        world.create("persistentvolumes", SHARE.formatted("large", "9Gi", ""));
        world.create("persistentvolumes", SHARE.formatted("fits", "2Gi", ""));
        world.settle();
        KubeDocument claim = claim("data");
        assertThat(claim.status().path("phase").asText()).isEqualTo("Bound");
        assertThat(claim.status().at("/capacity/storage").asText()).isIn("2Gi", "9Gi");
        assertThat(phase(volumeOf(claim))).isEqualTo("Bound");
        Supply supply = supply("one");
        assertThat(supply.getObstacle()).isEmpty();
        assertThat(supply.containsData("node")).isFalse();
        assertThat(supply.getNfs())
                .isEqualTo(NfsVolume.newBuilder()
                        .setServer("nas")
                        .setPath("/data")
                        .addOptions("hard")
                        .build());
    }

    @Test
    void aVolumeStaysItsClaimsAloneUntilItIsMadeNobodys() {
        world.create("persistentvolumes", SHARE.formatted("share", "2Gi", ""));
        world.settle();
        claimShared("");
        world.settle();
        assertThat(phase(volumeOf(claim("data")))).isEqualTo("Bound");
        KubeDocument volume = volumeOf(claim("data"));
        world.delete("persistentvolumeclaims", "data", "Background");
        world.settle();
        assertThat(phase(volume)).isEqualTo("Released");
        claimShared("");
        world.settle();
        assertThat(claim("data").status().path("phase").asText()).isEqualTo("Pending");
        world.change(
                "persistentvolumes", "share", json -> json.withObject("/spec").remove("claimRef"));
        world.settle();
        assertThat(claim("data").status().path("phase").asText()).isEqualTo("Bound");
    }

    @Test
    void waitsForAPodWhereItsClassSaysSo() {
        world.create("storageclasses", """
            {'metadata': {'name': 'lazy'}, 'provisioner': 'kubernetes.io/no-provisioner',
             'volumeBindingMode': 'WaitForFirstConsumer'}\
            """);
        world.create("persistentvolumes", """
            {'metadata': {'name': 'disk'}, 'spec': {'capacity': {'storage': '2Gi'}, 'accessModes': ['ReadWriteMany'],
             'storageClassName': 'lazy', 'local': {'path': '/disk'}, 'nodeAffinity': {'required': {'nodeSelectorTerms': [
              {'matchExpressions': [{'key': 'kubernetes.io/hostname', 'operator': 'In', 'values': ['host-n1']}]}]}}}}\
            """);
        claimShared("lazy");
        world.settle();
        assertThat(claim("data").status().path("phase").asText()).isEqualTo("Pending");
        world.create("pods", POD.formatted("one"));
        world.settle();
        assertThat(claim("data").status().path("phase").asText()).isEqualTo("Bound");
        assertThat(supply("one").getNodes()).isEqualTo("(attribute:kubernetes.io/hostname in [host-n1])");
        assertThat(supply("one").getHost().getPath()).isEqualTo("/disk");
    }

    @Test
    void saysWhyItCannotHaveTheVolumeThatItNames() {
        world.create("persistentvolumes", SHARE.formatted("share", "500Mi", ""));
        world.create("persistentvolumeclaims", """
            {'metadata': {'name': 'data'}, 'spec': {'accessModes': ['ReadWriteMany'], 'storageClassName': '',
             'volumeName': 'share', 'resources': {'requests': {'storage': '1Gi'}}}}\
            """);
        world.settle();
        assertThat(claim("data").status().path("phase").asText()).isEqualTo("Pending");
        assertThat(told()).contains("Cannot bind to requested volume \"share\": requested PV is too small");
    }

    @Test
    void belongsToAnOrdinalOfAStatefulSet() {
        world.create("statefulsets", SET);
        world.settleWithMachines();
        assertThat(world.objects("persistentvolumeclaims"))
                .extracting(claim -> claim.meta().name())
                .containsExactly("disk-db-0", "disk-db-1");
        assertThat(claim("disk-db-0").meta().labels()).containsEntry("app", "db");
        String volume = claim("disk-db-0").spec().path("volumeName").asText();
        assertThat(volume).startsWith("pvc-");

        world.delete("pods", "db-0", "Background");
        world.settleWithMachines();
        assertThat(claim("disk-db-0").spec().path("volumeName").asText()).isEqualTo(volume);
        assertThat(supply("db-0").getDataOrThrow("volume").toStringUtf8()).isEqualTo(volume);
        world.change("statefulsets", "db", set -> set.withObject("/spec").put("replicas", 0));
        world.settleWithMachines();
        assertThat(world.pods()).isEmpty();
        assertThat(world.objects("persistentvolumeclaims")).hasSize(2);
    }
}
