package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.serve.KubeWorld.Answer;
import dev.gantry.proto.Phase;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Conditions of a pod that others than its node know of. */
class PodConditionsTest {

    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String WEB = PODS + "/web";
    private static final String STATUS = WEB + "/status";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";

    private KubeWorld world;

    @BeforeEach
    void open() throws IOException, InterruptedException {
        world = new KubeWorld();
        world.post(PODS, "{'metadata': {'name': 'web'}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}]}}");
        world.report("web", Phase.RUNNING);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Answer patch(String conditions) throws IOException, InterruptedException {
        return world.patch(STATUS, STRATEGIC, "{'status': {'conditions': [%s]}}".formatted(conditions));
    }

    private Optional<String> reason(String type) throws IOException, InterruptedException {
        return world.get(WEB)
                .json()
                .at("/status/conditions")
                .valueStream()
                .filter(one -> one.path("type").asText().equals(type))
                .map(one -> one.path("reason").asText())
                .findFirst();
    }

    @Test
    void areKeptBesideThoseOfItsNode() throws Exception {
        JsonNode before = world.get(WEB).json().at("/status/conditions");
        Answer patched = patch("{'type': 'ConfigIssue', 'status': 'True', 'reason': 'NonExistingImage'}");
        assertThat(patched.status()).as(patched.text("/message")).isEqualTo(200);
        assertThat(reason("ConfigIssue")).contains("NonExistingImage");
        assertThat(world.get(WEB).json().at("/status/conditions")).containsAll(before);
        assertThat(patch("{'type': 'ConfigIssue', '$patch': 'delete'}").status())
                .isEqualTo(200);
        assertThat(world.get(WEB).json().at("/status/conditions")).isEqualTo(before);
    }

    @Test
    void areNotWrittenInThePlaceOfItsNode() throws Exception {
        Answer refused = patch("{'type': 'Ready', 'status': 'Unknown'}");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("/message")).contains("the status of a pod is what its node reports");
        assertThat(world.patch(STATUS, STRATEGIC, "{'status': {'phase': 'Failed'}}")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void areRefusedWithTheReasonWhenTheyAreNone() throws Exception {
        Answer refused = patch("{'type': 'no type', 'status': 'Perhaps'}, {'type': 'Other'}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/message"))
                .contains(
                        "Unsupported value: \"Perhaps\": supported values: \"False\", \"True\", \"Unknown\"",
                        ".type: Invalid value: \"no type\": name part must consist of",
                        ".status: Required value");
        String many = IntStream.range(0, 65)
                .mapToObj("{'type': 'T%d', 'status': 'True'}"::formatted)
                .collect(Collectors.joining(","));
        assertThat(patch(many).text("/message")).contains("status.conditions: Too many: must have at most 64");
    }

    @Test
    void sayThatAPodIsEvicted() throws Exception {
        Answer evicted = world.post(
                WEB + "/eviction", "{'apiVersion': 'policy/v1', 'kind': 'Eviction', 'metadata': {'name': 'web'}}");
        assertThat(evicted.status()).isEqualTo(201);
        assertThat(reason("DisruptionTarget")).contains("EvictionByEvictionAPI");
        assertThat(world.get(WEB).json().at("/metadata").has("deletionTimestamp"))
                .isTrue();
    }
}
