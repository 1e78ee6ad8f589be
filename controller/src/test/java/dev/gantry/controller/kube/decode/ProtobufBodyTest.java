package dev.gantry.controller.kube.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that kubectl 1.32 sent, beside what it prints of the same command with {@code --dry-run=client -o json}. */
class ProtobufBodyTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> ALWAYS = Set.of("resources", "strategy", "loadBalancer");

    private static byte[] bytes(String file) throws IOException {
        try (InputStream stream = ProtobufBodyTest.class.getResourceAsStream("/kube/protobuf/" + file)) {
            assertThat(stream).as(file).isNotNull();
            return stream.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "configmap",
                "cronjob",
                "deployment",
                "deployment-none",
                "ingress",
                "job",
                "namespace",
                "pdb",
                "priorityclass",
                "quota",
                "rolebinding",
                "secret",
                "service",
                "serviceaccount"
            })
    void isTheSameAsJson(String name) throws IOException {
        ObjectNode decoded = RequestDecoder.decode(
                        bytes(name + ".protobuf"), ProtobufBody.MEDIA_TYPE, FieldValidation.STRICT, Optional.empty())
                .object();
        assertThat(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(said(decoded)))
                .isEqualTo(JSON.writerWithDefaultPrettyPrinter()
                        .writeValueAsString(said(JSON.readTree(bytes(name + ".json")))));
    }

    /** Without what says nothing, and in one order. */
    private static JsonNode said(JsonNode tree) {
        if (tree.isArray()) {
            ArrayNode array = JSON.createArrayNode();
            tree.forEach(item -> array.add(said(item)));
            return array;
        }
        if (!tree.isObject()) {
            return tree;
        }
        ObjectNode object = JSON.createObjectNode();
        tree.properties().stream().sorted(Map.Entry.comparingByKey()).forEach(member -> {
            JsonNode value = said(member.getValue());
            boolean nothing = value.isNull()
                    || member.getKey().equals("status")
                    || value.isEmpty() && value.isObject() && ALWAYS.contains(member.getKey());
            if (!nothing) {
                object.set(member.getKey(), value);
            }
        });
        return object;
    }

    @Test
    void whatIsNoProtobufOfKubernetesIsRefused() {
        assertThatThrownBy(() -> ProtobufBody.parse(new byte[] {1, 2, 3}))
                .isInstanceOf(KubeRefusal.class)
                .hasMessageContaining("does not begin with");
        assertThatThrownBy(() -> ProtobufBody.parse(new byte[] {'k', '8', 's', 0, 1, 2, 3}))
                .isInstanceOf(KubeRefusal.class)
                .hasMessageContaining("no Unknown in protobuf");
        assertThatThrownBy(() -> ProtobufBody.parse(new byte[] {'k', '8', 's', 0}))
                .isInstanceOf(KubeRefusal.class)
                .hasMessageContaining("no kind \"\" is registered");
    }

    @Test
    void aBodyThatEndsTooSoonIsRefused() throws IOException {
        byte[] whole = bytes("deployment.protobuf");
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            try {
                ProtobufBody.parse(part);
            } catch (KubeRefusal refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }
}
