package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Server-side apply over HTTP. */
class ServerSideApplyTest {

    private static final String TYPE = "application/apply-patch+yaml";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String MAP = MAPS + "/m?fieldManager=";

    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private KubeWorld.Answer apply(String path, String body) throws IOException, InterruptedException {
        return world.patch(path, TYPE, body);
    }

    private static String map(String data) {
        return "{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'm'}, 'data': {" + data + "}}";
    }

    @Test
    void makesAnObjectThatIsNotThere() throws IOException, InterruptedException {
        KubeWorld.Answer made = apply(MAP + "me", map("'a': '1'"));
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("/metadata/uid")).isNotEmpty();
        assertThat(made.text("/metadata/managedFields/0/manager")).isEqualTo("me");
        assertThat(made.text("/metadata/managedFields/0/operation")).isEqualTo("Apply");
        assertThat(made.json()
                        .at("/metadata/managedFields/0/fieldsV1/f:data/f:a")
                        .isObject())
                .isTrue();
    }

    @Test
    void takesAwayWhatIsAppliedNoLongerAndKeepsTheRest() throws IOException, InterruptedException {
        apply(MAP + "me", map("'a': '1', 'b': '2'"));
        apply(MAP + "you", map("'c': '3'"));
        KubeWorld.Answer less = apply(MAP + "me", map("'b': '2'"));
        assertThat(less.status()).isEqualTo(200);
        assertThat(less.json().path("data").toString()).isEqualTo("{\"b\":\"2\",\"c\":\"3\"}");
    }

    @Test
    void refusesWhatOthersOwn() throws IOException, InterruptedException {
        world.post(MAPS + "?fieldManager=kubectl-create", map("'a': '1'"));
        KubeWorld.Answer refused = apply(MAP + "me", map("'a': '2'"));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.text("/message"))
                .isEqualTo("Apply failed with 1 conflict: conflict with \"kubectl-create\" using v1: .data.a");
        assertThat(refused.text("/details/causes/0/reason")).isEqualTo("FieldManagerConflict");
        assertThat(refused.text("/details/causes/0/field")).isEqualTo(".data.a");
        KubeWorld.Answer forced = apply(MAP + "me&force=true", map("'a': '2'"));
        assertThat(forced.status()).isEqualTo(200);
        assertThat(forced.text("/data/a")).isEqualTo("2");
    }

    @Test
    void writesNothingWhenNothingChanges() throws IOException, InterruptedException {
        String version = apply(MAP + "me", map("'a': '1'")).text("/metadata/resourceVersion");
        assertThat(apply(MAP + "me", map("'a': '1'")).text("/metadata/resourceVersion"))
                .isEqualTo(version);
        assertThat(apply(MAP + "me&dryRun=All", map("'a': '2'")).text("/data/a"))
                .isEqualTo("2");
        assertThat(world.get(MAPS + "/m").text("/metadata/resourceVersion")).isEqualTo(version);
    }

    @Test
    void keepsBooksOfOtherWrites() throws IOException, InterruptedException {
        apply(MAP + "me", map("'a': '1', 'b': '2'"));
        KubeWorld.Answer patched =
                world.patch(MAP + "patcher", "application/merge-patch+json", "{'data': {'a': '5', 'n': '1'}}");
        assertThat(patched.text("/metadata/managedFields/0/manager")).isEqualTo("me");
        assertThat(patched.json()
                        .at("/metadata/managedFields/0/fieldsV1/f:data")
                        .toString())
                .isEqualTo("{\"f:b\":{}}");
        assertThat(patched.json()
                        .at("/metadata/managedFields/1/fieldsV1/f:data")
                        .toString())
                .isEqualTo("{\"f:a\":{},\"f:n\":{}}");
        KubeWorld.Answer replaced = world.put(MAP + "replacer", map("'a': '5', 'b': '2', 'n': '1'"));
        assertThat(replaced.json().at("/metadata/managedFields"))
                .as("a client that says nothing of them")
                .isEqualTo(patched.json().at("/metadata/managedFields"));
    }

    @Test
    void appliesPartsOfListsByTheirKeys() throws IOException, InterruptedException {
        String path = "/apis/apps/v1/namespaces/default/deployments/web?fieldManager=";
        String deployment = """
            {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web'}, 'spec': {%s
             'selector': {'matchLabels': {'app': 'web'}},
             'template': {'metadata': {'labels': {'app': 'web'}},
                          'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}}}\
            """;
        KubeWorld.Answer made = apply(path + "me", deployment.formatted(""));
        assertThat(made.status()).as("%s", made.json()).isEqualTo(201);
        assertThat(made.json().at("/spec/replicas").asInt()).as("a default").isEqualTo(1);
        KubeWorld.Answer with = apply(path + "you", """
            {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'web'}, 'spec': {'template':
             {'spec': {'containers': [{'name': 'c', 'env': [{'name': 'A', 'value': '1'}]}]}}}}\
            """);
        assertThat(with.json().at("/spec/template/spec/containers")).hasSize(1);
        assertThat(with.text("/spec/template/spec/containers/0/image")).isEqualTo("i:1");
        assertThat(with.text("/spec/template/spec/containers/0/env/0/value")).isEqualTo("1");
        assertThat(with.json().at("/metadata/generation").asInt()).isEqualTo(2);
        world.patch(
                "/apis/apps/v1/namespaces/default/deployments/web/scale?fieldManager=scaler",
                "application/merge-patch+json",
                "{'spec': {'replicas': 4}}");
        KubeWorld.Answer refused = apply(path + "me", deployment.formatted("'replicas': 2,"));
        assertThat(refused.text("/message"))
                .isEqualTo("Apply failed with 1 conflict: conflict with \"scaler\" with subresource \"scale\" using"
                        + " apps/v1: .spec.replicas");
        assertThat(apply(path + "me", deployment.formatted(""))
                        .json()
                        .at("/spec/replicas")
                        .asInt())
                .isEqualTo(4);
    }

    @Test
    void refusesWhatCannotBeApplied() throws IOException, InterruptedException {
        assertThat(apply(MAPS + "/m", map("'a': '1'")).text("/message")).contains("fieldManager: Required value");
        assertThat(apply(MAP + "me&fieldValidation=Strict", map("'a': '1'").replace("'data'", "'datas'"))
                        .text("/message"))
                .contains("unknown field \"datas\"");
        assertThat(apply(MAP + "me", map("'a': '1'").replace("'m'", "'other'")).status())
                .isEqualTo(400);
        assertThat(world.patchAs("eve", MAP + "me", TYPE, map("'a': '1'")).status())
                .isEqualTo(403);
    }
}
