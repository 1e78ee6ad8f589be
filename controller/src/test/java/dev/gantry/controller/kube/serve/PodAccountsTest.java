package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.pod.SupplyReconciler;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.proto.Supply;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service accounts of pods: what a pod gets of its account, and for how long that is good. */
class PodAccountsTest {

    private static final String ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

    private KubeWorld world;
    private SupplyReconciler supplies;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
        supplies = new SupplyReconciler(world.tokens());
        world.post(ACCOUNTS, "{'metadata': {'name': 'robot'}}");
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private KubeWorld.Answer pod(String name, String more) throws IOException, InterruptedException {
        return world.post(
                PODS,
                "{'metadata': {'name': '" + name + "'}, 'spec': {" + more
                        + "'initContainers': [{'name': 'first', 'image': 'i'}],"
                        + "'containers': [{'name': 'c', 'image': 'i'}]}}");
    }

    private PodDocument found(String name) {
        return PodDocument.find(world.snapshot(), new ObjectName("default", ResourceName.PODS, "default", name))
                .orElseThrow();
    }

    private String token(String pod) throws InterruptedException {
        world.reconcile(supplies);
        return found(pod).record().value().getSupplies().getSuppliesList().stream()
                .filter(supply -> supply.getKind() == Supply.Kind.TOKEN)
                .findFirst()
                .orElseThrow()
                .getDataOrThrow("token")
                .toStringUtf8();
    }

    private int status(String token) throws IOException, InterruptedException {
        String review = "{'spec': {'token': '" + token + "'}}";
        KubeWorld.Answer answer = world.post("/apis/authentication.k8s.io/v1/tokenreviews", review);
        return answer.json().at("/status/authenticated").asBoolean() ? 200 : 401;
    }

    @Test
    void everyContainerFindsTheTokenWhereClientsLook() throws IOException, InterruptedException {
        JsonNode spec = pod("p", "'serviceAccountName': 'robot',").json().path("spec");
        String volume = spec.at("/volumes/0/name").asText();
        assertThat(volume).matches("kube-api-access-.{5}");
        for (String container : new String[] {"/initContainers/0", "/containers/0"}) {
            JsonNode mount = spec.at(container + "/volumeMounts/0");
            assertThat(mount.path("name").asText()).isEqualTo(volume);
            assertThat(mount.path("mountPath").asText()).isEqualTo(PATH);
            assertThat(mount.path("readOnly").asBoolean()).isTrue();
        }
        JsonNode sources = spec.at("/volumes/0/projected/sources");
        assertThat(sources.at("/0/serviceAccountToken/path").asText()).isEqualTo("token");
        assertThat(sources.at("/1/configMap/name").asText()).isEqualTo("kube-root-ca.crt");
        assertThat(sources.at("/2/downwardAPI/items/0/path").asText()).isEqualTo("namespace");
        KubeWorld.Answer review =
                world.post("/apis/authentication.k8s.io/v1/tokenreviews", "{'spec': {'token': '" + token("p") + "'}}");
        assertThat(review.text("/status/user/username")).isEqualTo("system:serviceaccount:default:robot");
    }

    @Test
    void aPodPullsWithTheSecretsOfItsAccountUnlessItNamesOthers() throws IOException, InterruptedException {
        world.post(ACCOUNTS, "{'metadata': {'name': 'puller'}, 'imagePullSecrets': [{'name': 'ours'}]}");
        JsonNode given = pod("p", "'serviceAccountName': 'puller',").json().at("/spec/imagePullSecrets");
        assertThat(given).hasToString("[{\"name\":\"ours\"}]");
        JsonNode own = pod("q", "'serviceAccountName': 'puller', 'imagePullSecrets': [{'name': 'mine'}],")
                .json()
                .at("/spec/imagePullSecrets");
        assertThat(own).hasToString("[{\"name\":\"mine\"}]");
    }

    @Test
    void whoMountsSomethingElseThereOrWantsNoTokenGetsNone() throws IOException, InterruptedException {
        assertThat(pod("p", "'automountServiceAccountToken': false,").json().at("/spec/volumes"))
                .isEmpty();
        world.post(ACCOUNTS, "{'metadata': {'name': 'shy'}, 'automountServiceAccountToken': false}");
        assertThat(pod("q", "'serviceAccountName': 'shy',").json().at("/spec/volumes"))
                .isEmpty();
        assertThat(pod("r", "'serviceAccountName': 'shy', 'automountServiceAccountToken': true,")
                        .json()
                        .at("/spec/volumes"))
                .hasSize(1);
        JsonNode own = world.post(
                        PODS,
                        "{'metadata': {'name': 's'}, 'spec': {'volumes': [{'name': 'v', 'emptyDir': {}}],"
                                + "'containers': [{'name': 'c', 'image': 'i',"
                                + "'volumeMounts': [{'name': 'v', 'mountPath': '" + PATH + "'}]}]}}")
                .json();
        assertThat(own.at("/spec/volumes")).hasSize(1);
    }

    @Test
    void anAccountThatIsNotThereIsRefused() throws IOException, InterruptedException {
        KubeWorld.Answer refused = pod("p", "'serviceAccountName': 'nobody',");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("/message"))
                .isEqualTo("pods \"p\" is forbidden: error looking up service account default/nobody:"
                        + " serviceaccount \"nobody\" not found");
    }

    @Test
    void anotherTokenComesBeforeTheOldOneEnds() throws IOException, InterruptedException {
        pod("p", "");
        String first = token("p");
        Outcome quiet = supplies.reconcile(world.snapshot(), found("p").record().key(), world.now());
        assertThat(quiet.writes()).isEmpty();
        Duration until = Duration.between(world.now(), quiet.wake().orElseThrow());
        assertThat(until).isEqualTo(Duration.ofSeconds(3607).multipliedBy(4).dividedBy(5));

        world.pass(until.minusSeconds(1));
        assertThat(token("p")).isEqualTo(first);
        world.pass(Duration.ofSeconds(1));
        String second = token("p");
        assertThat(second).isNotEqualTo(first);
        assertThat(status(first)).isEqualTo(200);
        world.pass(Duration.ofSeconds(1000));
        assertThat(status(first)).isEqualTo(401);
        assertThat(status(second)).isEqualTo(200);
    }

    @Test
    void aTokenGoesWithItsPodAndWithItsAccount() throws IOException, InterruptedException {
        pod("p", "'serviceAccountName': 'robot',");
        pod("q", "'serviceAccountName': 'robot',");
        String ofP = token("p");
        String ofQ = token("q");
        world.delete(PODS + "/p");
        assertThat(status(ofP)).isEqualTo(401);
        assertThat(status(ofQ)).isEqualTo(200);
        world.delete(ACCOUNTS + "/robot");
        assertThat(status(ofQ)).isEqualTo(401);
        world.post(ACCOUNTS, "{'metadata': {'name': 'robot'}}");
        assertThat(status(token("q"))).as("of the account that came after it").isEqualTo(200);
    }

    @Test
    void aPodMayAskForATokenForSomebodyElse() throws IOException, InterruptedException {
        String volume = "'volumes': [{'name': 't', 'projected': {'sources': [{'serviceAccountToken':"
                + " {'audience': 'vault', 'expirationSeconds': %d, 'path': 'vault'}}]}}],"
                + "'automountServiceAccountToken': false,";
        assertThat(pod("p", volume.formatted(600)).status()).isEqualTo(201);
        String review = "{'spec': {'token': '" + token("p") + "', 'audiences': ['vault']}}";
        assertThat(world.post("/apis/authentication.k8s.io/v1/tokenreviews", review)
                        .text("/status/audiences/0"))
                .isEqualTo("vault");
        assertThat(pod("q", volume.formatted(599)).text("/message"))
                .contains("may not specify a duration less than 10 minutes");
    }
}
