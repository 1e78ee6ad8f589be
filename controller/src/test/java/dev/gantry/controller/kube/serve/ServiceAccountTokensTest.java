package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens of service accounts: how they are given out, and what they are good for. */
class ServiceAccountTokensTest {

    private static final String ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
        world.post(ACCOUNTS, "{'metadata': {'name': 'robot'}}");
        world.post("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", """
            {'metadata': {'name': 'robot'},
             'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind': 'ClusterRole', 'name': 'view'},
             'subjects': [{'kind': 'ServiceAccount', 'name': 'robot', 'namespace': 'default'}]}\
            """);
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private String token(String spec) throws IOException, InterruptedException {
        KubeWorld.Answer answer = world.post(ACCOUNTS + "/robot/token", "{'spec': " + spec + "}");
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(201);
        return answer.text("/status/token");
    }

    private int status(String token) throws IOException, InterruptedException {
        return world.getBearing(token, MAPS).status();
    }

    @Test
    void letsItsBearerDoWhatTheAccountMay() throws IOException, InterruptedException {
        String token = token("{}");
        assertThat(status(token)).isEqualTo(200);
        KubeWorld.Answer refused = world.getBearing(token, "/api/v1/namespaces/kube-system/configmaps");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("/message"))
                .contains("User \"system:serviceaccount:default:robot\" cannot list resource \"configmaps\"");
        assertThat(world.post("/apis/authentication.k8s.io/v1/tokenreviews", "{'spec': {'token': '" + token + "'}}")
                        .text("/status/user/username"))
                .isEqualTo("system:serviceaccount:default:robot");
    }

    @Test
    void isGoodUntilItExpires() throws IOException, InterruptedException {
        KubeWorld.Answer answer = world.post(ACCOUNTS + "/robot/token", "{'spec': {'expirationSeconds': 600}}");
        assertThat(answer.text("/status/expirationTimestamp")).isEqualTo("2026-01-02T03:14:05Z");
        assertThat(answer.json().at("/spec/expirationSeconds").asInt()).isEqualTo(600);
        String token = answer.text("/status/token");
        world.pass(Duration.ofSeconds(599));
        assertThat(status(token)).isEqualTo(200);
        world.pass(Duration.ofSeconds(1));
        assertThat(status(token)).isEqualTo(401);
        assertThat(world.post("/apis/authentication.k8s.io/v1/tokenreviews", "{'spec': {'token': '" + token + "'}}")
                        .text("/status/error"))
                .isEqualTo("invalid bearer token");
    }

    @Test
    void isGoodForThoseItIsMeantForOnly() throws IOException, InterruptedException {
        String token = token("{'audiences': ['vault']}");
        assertThat(status(token)).isEqualTo(401);
        String review = "{'spec': {'token': '" + token + "', 'audiences': ['other', 'vault']}}";
        assertThat(world.post("/apis/authentication.k8s.io/v1/tokenreviews", review)
                        .text("/status/audiences/0"))
                .isEqualTo("vault");
        world.found("other");
        assertThat(world.getBearing(token("{}"), "/clusters/other" + MAPS).status())
                .isEqualTo(401);
    }

    @Test
    void goesWithItsAccountAndWithWhatItIsBoundTo() throws IOException, InterruptedException {
        world.post("/api/v1/namespaces/default/secrets", "{'metadata': {'name': 's'}}");
        String bound = token("{'boundObjectRef': {'kind': 'Secret', 'apiVersion': 'v1', 'name': 's'}}");
        String free = token("{}");
        assertThat(status(bound)).isEqualTo(200);
        world.delete("/api/v1/namespaces/default/secrets/s");
        assertThat(status(bound)).isEqualTo(401);
        assertThat(status(free)).isEqualTo(200);
        world.delete(ACCOUNTS + "/robot");
        assertThat(status(free)).isEqualTo(401);
        world.post(ACCOUNTS, "{'metadata': {'name': 'robot'}}");
        assertThat(status(free)).as("another account of the same name").isEqualTo(401);
    }

    @Test
    void isOfNoUseWhenSomebodyHasChangedIt() throws IOException, InterruptedException {
        String token = token("{}");
        String[] parts = token.split("\\.");
        String other = token("{'audiences': ['vault']}").split("\\.")[1];
        assertThat(status(parts[0] + "." + other + "." + parts[2])).isEqualTo(401);
        assertThat(status("eyJhbGciOiJub25lIn0." + parts[1] + ".")).isEqualTo(401);
        assertThat(status("x".repeat(5000))).isEqualTo(401);
        assertThat(status("")).isEqualTo(401);
    }

    @Test
    void refusesWhatCannotBeGranted() throws IOException, InterruptedException {
        KubeWorld.Answer shortest = world.post(ACCOUNTS + "/robot/token", "{'spec': {'expirationSeconds': 5}}");
        assertThat(shortest.status()).isEqualTo(422);
        assertThat(shortest.text("/message")).contains("may not specify a duration less than 10 minutes");
        assertThat(world.post(ACCOUNTS + "/nobody/token", "{'spec': {}}").status())
                .isEqualTo(404);
        assertThat(world.post(ACCOUNTS + "/robot/token", "{'spec': {'boundObjectRef': {'kind': 'Pod', 'name': 'x'}}}")
                        .status())
                .isEqualTo(404);
        assertThat(world.post(
                                ACCOUNTS + "/robot/token",
                                "{'spec': {'boundObjectRef': {'kind': 'Service', 'name': 'x'}}}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void tellsOthersHowToCheckIt() throws IOException, InterruptedException {
        KubeWorld.Answer configuration = world.get("/.well-known/openid-configuration");
        assertThat(configuration.text("/issuer")).isEqualTo("https://kubernetes.default.svc.cluster.local");
        assertThat(configuration.text("/jwks_uri")).endsWith("/openid/v1/jwks");
        KubeWorld.Answer keys = world.get("/openid/v1/jwks");
        assertThat(keys.text("/keys/0/crv")).isEqualTo("P-256");
        assertThat(keys.json().at("/keys/0").has("d")).as("the private part").isFalse();
        String kid = world.getBearing(token("{}"), "/openid/v1/jwks").text("/keys/0/kid");
        assertThat(kid).isEqualTo(keys.text("/keys/0/kid")).isNotEmpty();
    }
}
