package dev.gantry.controller.kube.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which volume a claim gets. */
class VolumeMatchTest {

    private static final String WANTED = "'storageClassName': '', 'accessModes': ['ReadWriteOnce'],"
            + " 'resources': {'requests': {'storage': '5Gi'}}";

    private static KubeDocument document(ObjectName name, String labels, String spec) {
        ObjectNode json = Json.object(
                ByteString.copyFromUtf8(("{'metadata': {'name': '%s', 'uid': 'u-%s', 'labels': {%s}}, 'spec': {%s}}")
                        .formatted(name.name(), name.name(), labels, spec)
                        .replace('\'', '"')));
        return KubeDocument.of(
                new Versioned<>(name.key(), KubeDocument.stored(json, KubeObject.getDefaultInstance()), 1));
    }

    private static KubeDocument claim(String spec) {
        return document(new ObjectName("default", VolumeNames.CLAIMS, "shop", "data"), "", spec);
    }

    private static KubeDocument volume(String name, String size, String modes, String more) {
        return document(
                new ObjectName("default", VolumeNames.VOLUMES, "", name),
                "'tier': '" + name + "'",
                "'capacity': {'storage': '%s'}, 'accessModes': [%s], 'nfs': {'server': 's', 'path': '/p'}%s"
                        .formatted(size, modes, more));
    }

    private static KubeDocument once(String name, String size) {
        return volume(name, size, "'ReadWriteOnce'", "");
    }

    private static Optional<String> best(String spec, KubeDocument... volumes) {
        return new VolumeMatch(claim(spec))
                .best(List.of(volumes), false)
                .map(found -> found.name().name());
    }

    @Test
    void isTheSmallestThatIsLargeEnough() {
        assertThat(best(WANTED, once("large", "20Gi"), once("fits", "6Gi"), once("small", "4Gi")))
                .contains("fits");
        assertThat(best(WANTED, once("small", "4Gi"))).isEmpty();
    }

    @Test
    void hasAllAccessModesAndAsFewOthersAsCanBe() {
        KubeDocument shared = volume("shared", "5Gi", "'ReadWriteOnce', 'ReadWriteMany'", "");
        assertThat(best(WANTED, shared, once("alone", "50Gi"))).contains("alone");
        String many = WANTED.replace("ReadWriteOnce", "ReadWriteMany");
        assertThat(best(many, shared, once("alone", "50Gi"))).contains("shared");
        assertThat(best(many, once("alone", "50Gi"))).isEmpty();
    }

    @Test
    void isOfTheClaimsClass() {
        KubeDocument slow = volume("slow", "5Gi", "'ReadWriteOnce'", ", 'storageClassName': 'slow'");
        assertThat(best(WANTED, slow)).isEmpty();
        assertThat(best(WANTED.replace("'storageClassName': ''", "'storageClassName': 'slow'"), slow))
                .contains("slow");
    }

    @Test
    void isOneThatTheClaimSelects() {
        String choosy = WANTED + ", 'selector': {'matchExpressions': [{'key': 'tier', 'operator': 'In',"
                + " 'values': ['gold']}]}";
        assertThat(best(choosy, once("tin", "5Gi"), once("gold", "9Gi"))).contains("gold");
    }

    @Test
    void isTheOneThatWaitsForTheClaimWhateverElseFitsBetter() {
        KubeDocument kept =
                volume("kept", "90Gi", "'ReadWriteOnce'", ", 'claimRef': {'namespace': 'shop', 'name': 'data'}");
        assertThat(best(WANTED, once("fits", "5Gi"), kept)).contains("kept");
        assertThat(new VolumeMatch(claim(WANTED)).best(List.of(once("fits", "5Gi"), kept), true))
                .contains(kept);
        assertThat(new VolumeMatch(claim(WANTED)).best(List.of(once("fits", "5Gi")), true))
                .isEmpty();
    }

    @Test
    void isNobodyElses() {
        KubeDocument others =
                volume("others", "5Gi", "'ReadWriteOnce'", ", 'claimRef': {'namespace': 'bank', 'name': 'data'}");
        KubeDocument predecessors = volume(
                "old", "5Gi", "'ReadWriteOnce'", ", 'claimRef': {'namespace': 'shop', 'name': 'data', 'uid': 'gone'}");
        assertThat(best(WANTED, others, predecessors)).isEmpty();
    }

    @Test
    void mustFitWhenItIsNamed() {
        VolumeMatch match = new VolumeMatch(claim(WANTED));
        assertThat(match.mismatch(once("fits", "5Gi"))).isEmpty();
        assertThat(match.mismatch(once("small", "1Gi"))).contains("requested PV is too small");
        assertThat(match.mismatch(volume("x", "5Gi", "'ReadWriteOnce'", ", 'storageClassName': 'slow'")))
                .contains("storageClassName does not match");
        assertThat(match.mismatch(volume("x", "5Gi", "'ReadOnlyMany'", ""))).contains("incompatible accessMode");
        assertThat(match.mismatch(volume("x", "5Gi", "'ReadWriteOnce'", ", 'volumeMode': 'Block'")))
                .contains("incompatible volumeMode");
    }
}
