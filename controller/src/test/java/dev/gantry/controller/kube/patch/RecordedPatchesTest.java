package dev.gantry.controller.kube.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.schema.Schemas;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What the real kubectl made of patches, recorded by record-patches.py. */
class RecordedPatchesTest {

    @TestFactory
    Stream<DynamicTest> patchesAsKubectlDoes() throws IOException {
        JsonNode records = JsonMapper.builder().build().readTree(getClass().getResource("/kube/patches.json"));
        return records.valueStream()
                .map(one -> DynamicTest.dynamicTest(
                        one.path("type").asText() + ": " + one.path("name").asText(),
                        () -> assertThat(patched(one)).isEqualTo(one.path("after"))));
    }

    private static JsonNode patched(JsonNode one) {
        JsonNode before = one.path("before");
        return switch (one.path("type").asText()) {
            case "json" -> JsonPatch.apply(before, one.path("patch"));
            case "merge" -> MergePatch.apply(before, one.path("patch"));
            default ->
                StrategicMergePatch.apply(
                        (ObjectNode) before,
                        (ObjectNode) one.path("patch"),
                        Schemas.builtIn()
                                .find(
                                        before.path("apiVersion").asText(),
                                        before.path("kind").asText())
                                .orElseThrow());
        };
    }
}
