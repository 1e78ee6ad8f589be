package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Server-side apply of a scale: who applies the number of replicas owns it in the object itself. */
class ScaleApplyTest {

    private static final String TYPE = "application/apply-patch+yaml";
    private static final String WEB = "/apis/apps/v1/namespaces/default/deployments/web";
    private static final String SCALE = WEB + "/scale?fieldManager=";
    private static final String DEPLOYMENT = """
        {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web'}, 'spec': {%s
         'selector': {'matchLabels': {'app': 'web'}},
         'template': {'metadata': {'labels': {'app': 'web'}},
                      'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
        """;

    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private void make(String replicas) throws IOException, InterruptedException {
        KubeWorld.Answer made = world.post(
                "/apis/apps/v1/namespaces/default/deployments?fieldManager=maker", DEPLOYMENT.formatted(replicas));
        assertThat(made.status()).isEqualTo(201);
    }

    private KubeWorld.Answer apply(String parameters, int replicas) throws IOException, InterruptedException {
        return world.patch(SCALE + parameters, TYPE, scale("'replicas': " + replicas));
    }

    private static String scale(String spec) {
        return "{'apiVersion': 'autoscaling/v1', 'kind': 'Scale', 'metadata': {'name': 'web',"
                + " 'creationTimestamp': null}, 'spec': {" + spec + "}, 'status': {'replicas': 0}}";
    }

    /** What somebody owns of the deployment, through its scale or not; missing for nothing. */
    private JsonNode owned(String manager, String subresource) throws IOException, InterruptedException {
        JsonNode found = world.get(WEB).json().at("/metadata/managedFields");
        return found.valueStream()
                .filter(entry -> entry.path("manager").asText().equals(manager)
                        && entry.path("subresource").asText().equals(subresource))
                .peek(entry -> assertThat(entry.path("apiVersion").asText()).isEqualTo("apps/v1"))
                .map(entry -> entry.path("fieldsV1"))
                .findFirst()
                .orElseGet(com.fasterxml.jackson.databind.node.MissingNode::getInstance);
    }

    @Test
    void refusesTheNumberThatAnotherOwns() throws IOException, InterruptedException {
        make("'replicas': 1,");
        KubeWorld.Answer refused = apply("me", 3);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("/message"))
                .isEqualTo(
                        "Apply failed with 1 conflict: conflict with \"maker\" using autoscaling/v1: .spec.replicas");
        assertThat(world.get(WEB).json().at("/spec/replicas").asInt()).isEqualTo(1);
    }

    @Test
    void takesItWithForceAndLeavesTheRestToItsOwner() throws IOException, InterruptedException {
        make("'replicas': 1,");
        KubeWorld.Answer scale = apply("me&force=true", 3);
        assertThat(scale.status()).as("%s", scale.json()).isEqualTo(200);
        assertThat(scale.text("/kind")).isEqualTo("Scale");
        assertThat(scale.json().at("/spec/replicas").asInt()).isEqualTo(3);
        assertThat(scale.json().at("/metadata/managedFields").isMissingNode()).isTrue();
        assertThat(owned("me", "scale").toString()).isEqualTo("{\"f:spec\":{\"f:replicas\":{}}}");
        assertThat(owned("maker", "").at("/f:spec/f:replicas").isMissingNode()).isTrue();
        assertThat(owned("maker", "").at("/f:spec/f:template").isMissingNode()).isFalse();
        assertThat(world.get(WEB).json().at("/metadata/generation").asInt()).isEqualTo(2);
    }

    @Test
    void whoOwnsItAppliesAgainAndWritesNothingThatIsSoAlready() throws IOException, InterruptedException {
        make("'replicas': 1,");
        apply("me&force=true", 3);
        assertThat(apply("me", 4).status()).isEqualTo(200);
        String version = world.get(WEB).text("/metadata/resourceVersion");
        assertThat(apply("me", 4).text("/metadata/resourceVersion")).isEqualTo(version);
        assertThat(apply("me&dryRun=All", 5).json().at("/spec/replicas").asInt())
                .isEqualTo(5);
        assertThat(world.get(WEB).text("/metadata/resourceVersion")).isEqualTo(version);
    }

    @Test
    void whoWantsTheSameNumberSharesIt() throws IOException, InterruptedException {
        make("'replicas': 2,");
        assertThat(apply("me", 2).status()).isEqualTo(200);
        assertThat(owned("me", "scale").at("/f:spec/f:replicas").isMissingNode())
                .isFalse();
        assertThat(owned("maker", "").at("/f:spec/f:replicas").isMissingNode()).isFalse();
        assertThat(apply("me", 3).text("/message")).contains("conflict with \"maker\"");
    }

    @Test
    void whatIsScaledOtherwiseIsOwnedByWhoDidIt() throws IOException, InterruptedException {
        make("'replicas': 1,");
        apply("me&force=true", 3);
        world.patch(SCALE + "scaler", "application/merge-patch+json", "{'spec': {'replicas': 6}}");
        assertThat(owned("me", "scale").isMissingNode()).isTrue();
        assertThat(apply("me", 3).text("/message"))
                .isEqualTo("Apply failed with 1 conflict: conflict with \"scaler\" with subresource \"scale\" using"
                        + " autoscaling/v1: .spec.replicas");
    }

    @Test
    void theDeploymentIsRefusedItsNumberBackUntilNobodyElseAppliesIt() throws IOException, InterruptedException {
        String path = WEB + "?fieldManager=me";
        world.patch(path, TYPE, DEPLOYMENT.formatted("'replicas': 1,"));
        apply("you&force=true", 3);
        KubeWorld.Answer refused = world.patch(path, TYPE, DEPLOYMENT.formatted("'replicas': 1,"));
        assertThat(refused.text("/message"))
                .isEqualTo("Apply failed with 1 conflict: conflict with \"you\" with subresource \"scale\":"
                        + " .spec.replicas");
        KubeWorld.Answer without = world.patch(path, TYPE, DEPLOYMENT.formatted(""));
        assertThat(without.json().at("/spec/replicas").asInt()).isEqualTo(3);
    }

    @Test
    void refusesWhatIsNoScaleOfIt() throws IOException, InterruptedException {
        assertThat(apply("me", 1).status()).as("nothing is made").isEqualTo(404);
        make("");
        assertThat(world.patch(WEB + "/scale", TYPE, scale("'replicas': 1")).text("/message"))
                .contains("fieldManager: Required value");
        assertThat(world.patch(SCALE + "me", TYPE, DEPLOYMENT.formatted("")).text("/message"))
                .isEqualTo("the API version in the data (apps/v1, Kind=Deployment) does not match the expected API"
                        + " version (autoscaling/v1, Kind=Scale)");
        assertThat(world.patch(SCALE + "me", TYPE, scale("'replicas': 1").replace("'name': 'web'", "'name': 'other'"))
                        .status())
                .isEqualTo(400);
        assertThat(world.patch(SCALE + "me&fieldValidation=Strict", TYPE, scale("'replica': 1"))
                        .text("/message"))
                .contains("unknown field \"spec.replica\"");
        assertThat(apply("me&force=true", -1).status()).isEqualTo(422);
        assertThat(world.patchAs("eve", SCALE + "me", TYPE, scale("'replicas': 1"))
                        .status())
                .isEqualTo(403);
    }
}
