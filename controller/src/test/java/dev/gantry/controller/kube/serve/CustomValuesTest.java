package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the values of custom objects, and how they are patched and applied. */
class CustomValuesTest {

    private static final String MERGE = "application/merge-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";

    private CustomWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = CustomWorld.withWidgets();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private KubeWorld.Answer post(String parameters, String spec) throws IOException, InterruptedException {
        return world.api.post(CustomWorld.WIDGETS + parameters, CustomWorld.widget("w", spec));
    }

    @Test
    void fieldsThatTheSchemaDoesNotNameAreDropped() throws IOException, InterruptedException {
        KubeWorld.Answer made = post("", "'size': 1, 'shape': 'round', 'parts': [{'name': 'a', 'b': 1}]");
        assertThat(made.json().path("spec").toString())
                .isEqualTo("{\"size\":1,\"parts\":[{\"name\":\"a\"}],\"color\":\"red\"}");
        assertThat(made.warnings())
                .containsExactly(
                        "299 - \"unknown field \\\"spec.parts[0].b\\\"\"",
                        "299 - \"unknown field \\\"spec.shape\\\"\"");
    }

    @Test
    void strictValidationRefusesUnknownAndDuplicateFields() throws IOException, InterruptedException {
        KubeWorld.Answer refused = post("?fieldValidation=Strict", "'size': 1, 'size': 2, 'shape': 'round'");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("/message"))
                .isEqualTo("Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: duplicate"
                        + " field \"spec.size\", unknown field \"spec.shape\"");
        assertThat(post("?fieldValidation=Ignore", "'shape': 'round'").warnings())
                .isEmpty();
        KubeWorld.Answer patched =
                world.api.patch(CustomWorld.WIDGET + "?fieldValidation=Strict", MERGE, "{'spec': {'shape': 'round'}}");
        assertThat(patched.text("/message")).isEqualTo("strict decoding error: unknown field \"spec.shape\"");
    }

    @Test
    void whatAClientLeavesOutIsFilledIn() throws IOException, InterruptedException {
        assertThat(post("", "'color': null").text("/spec/color")).isEqualTo("red");
        world.api.patch(CustomWorld.WIDGET, MERGE, "{'spec': {'color': 'green'}}");
        assertThat(world.api.get(CustomWorld.WIDGET).text("/spec/color")).isEqualTo("green");
        world.api.patch(CustomWorld.WIDGET, MERGE, "{'spec': {'color': null}}");
        assertThat(world.api.get(CustomWorld.WIDGET).text("/spec/color")).isEqualTo("red");
    }

    @Test
    void readersSeeDefaultsThatCameLater() throws IOException, InterruptedException {
        KubeWorld.Answer made = post("", "");
        world.api.patch(
                CustomWorld.WIDGETS_DEFINITION,
                "application/json-patch+json",
                "[{'op': 'add', 'path':"
                        + " '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size/default', 'value':"
                        + " 7}]");
        KubeWorld.Answer read = world.api.get(CustomWorld.WIDGET);
        assertThat(read.text("/spec/size")).isEqualTo("7");
        assertThat(read.text("/metadata/resourceVersion")).isEqualTo(made.text("/metadata/resourceVersion"));
        assertThat(world.api.get(CustomWorld.WIDGETS).text("/items/0/spec/size"))
                .isEqualTo("7");
    }

    @Test
    void badValuesAreRefusedWithTheirPaths() throws IOException, InterruptedException {
        KubeWorld.Answer refused = post("", "'size': 0, 'color': 'blue', 'parts': [{'count': 'x'}]");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().at("/details/causes").findValuesAsText("field"))
                .containsExactlyInAnyOrder("spec.size", "spec.color", "spec.parts[0].name", "spec.parts[0].count");
        assertThat(refused.text("/message"))
                .startsWith("Widget.example.com \"w\" is invalid: [")
                .contains("spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1")
                .contains("spec.color: Unsupported value: \"blue\": supported values: \"red\", \"green\"")
                .contains("spec.parts[0].name: Required value")
                .contains("spec.parts[0].count: Invalid value: \"string\": spec.parts[0].count in body must be of type"
                        + " integer: \"string\"");
    }

    @Test
    void anObjectOfAnEarlierDefinitionCanBeChangedElsewhere() throws IOException, InterruptedException {
        post("", "'size': 9, 'replicas': 1");
        world.api.patch(
                CustomWorld.WIDGETS_DEFINITION,
                "application/json-patch+json",
                "[{'op': 'replace', 'path':"
                        + " '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size/maximum', 'value':"
                        + " 5}]");
        assertThat(world.api
                        .patch(CustomWorld.WIDGET, MERGE, "{'spec': {'replicas': 2}}")
                        .status())
                .isEqualTo(200);
        assertThat(world.api
                        .patch(CustomWorld.WIDGET, MERGE, "{'spec': {'size': 8}}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void metadataIsReadAsThatOfEveryKind() throws IOException, InterruptedException {
        KubeWorld.Answer refused = world.api.post(
                CustomWorld.WIDGETS,
                "{'apiVersion': 'example.com/v1', 'kind': 'Widget', 'metadata': {'name': 'w', 'labels': {'a': 1}}}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text("/message")).contains("cannot unmarshal number into Go struct field metadata.labels.a");
    }

    @Test
    void strategicMergePatchesAndProtobufAreNotForCustomObjects() throws IOException, InterruptedException {
        post("", "'size': 1");
        KubeWorld.Answer refused =
                world.api.patch(CustomWorld.WIDGET, "application/strategic-merge-patch+json", "{'spec': {'size': 2}}");
        assertThat(refused.status()).isEqualTo(415);
        assertThat(refused.text("/message"))
                .isEqualTo("the body of the request was in an unknown format - accepted media types include:"
                        + " application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
        assertThat(world.api
                        .sendTyped(CustomWorld.WIDGETS, "application/vnd.kubernetes.protobuf", "k8s")
                        .status())
                .isEqualTo(415);
        assertThat(world.api
                        .patch(
                                CustomWorld.WIDGET,
                                "application/json-patch+json",
                                "[{'op': 'replace', 'path': '/spec/size', 'value': 2}]")
                        .text("/spec/size"))
                .isEqualTo("2");
    }

    @Test
    void yamlIsTaken() throws IOException, InterruptedException {
        String yaml = """
            apiVersion: example.com/v1
            kind: Widget
            metadata:
              name: y
            spec:
              size: 3
            """;
        assertThat(world.api
                        .sendTyped(CustomWorld.WIDGETS, "application/yaml", yaml)
                        .text("/spec/size"))
                .isEqualTo("3");
    }

    @Test
    void appliedListsMergeByTheKeysOfTheSchema() throws IOException, InterruptedException {
        String path = CustomWorld.WIDGET + "?fieldManager=";
        KubeWorld.Answer made =
                world.api.patch(path + "one", APPLY, CustomWorld.widget("w", "'parts': [{'name': 'a', 'count': 1}]"));
        assertThat(made.status()).isEqualTo(201);
        world.api.patch(path + "two", APPLY, CustomWorld.widget("w", "'parts': [{'name': 'b', 'count': 2}]"));
        assertThat(world.api.get(CustomWorld.WIDGET).json().at("/spec/parts").toString())
                .isEqualTo("[{\"name\":\"a\",\"count\":1},{\"name\":\"b\",\"count\":2}]");
        KubeWorld.Answer conflict =
                world.api.patch(path + "two", APPLY, CustomWorld.widget("w", "'parts': [{'name': 'a', 'count': 5}]"));
        assertThat(conflict.status()).isEqualTo(409);
        assertThat(conflict.text("/details/causes/0/field")).isEqualTo(".spec.parts[name=\"a\"].count");
        world.api.patch(path + "one", APPLY, CustomWorld.widget("w", ""));
        assertThat(world.api.get(CustomWorld.WIDGET).json().at("/spec/parts").toString())
                .isEqualTo("[{\"name\":\"b\",\"count\":2}]");
    }
}
