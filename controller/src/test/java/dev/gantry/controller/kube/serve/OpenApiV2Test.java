package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.openapi.Document;
import dev.gantry.proto.openapi.NamedPathItem;
import dev.gantry.proto.openapi.NamedSchema;
import dev.gantry.proto.openapi.Operation;
import dev.gantry.proto.openapi.Schema;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The document by which kubectl before 1.29 checks what it sends. */
class OpenApiV2Test {

    private static final String PATH = "/openapi/v2";
    private static final String TYPE = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    private static final String LOOSE = """
        'size': {'type': 'integer', 'description': 'how big'},
        'port': {'x-kubernetes-int-or-string': true},
        'maybe': {'type': 'string', 'nullable': true},
        'any': {'type': 'object', 'x-kubernetes-preserve-unknown-fields': true,
                'properties': {'a': {'type': 'string'}}}\
        """;

    private CustomWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new CustomWorld();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    private Document document() throws IOException, InterruptedException {
        return Document.parseFrom(world.api.bytes(PATH, TYPE));
    }

    private static Schema definition(Document document, String name) {
        return named(document.getDefinitions().getAdditionalPropertiesList(), name);
    }

    private static Schema property(Schema schema, String name) {
        return named(schema.getProperties().getAdditionalPropertiesList(), name);
    }

    private static Schema named(List<NamedSchema> all, String name) {
        return all.stream()
                .filter(one -> one.getName().equals(name))
                .map(NamedSchema::getValue)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void describesWhatIsBuiltIn() throws IOException, InterruptedException {
        Document document = document();
        assertThat(document.getSwagger()).isEqualTo("2.0");
        Schema deployment = definition(document, "V1Deployment");
        assertThat(deployment.getType().getValueList()).containsExactly("object");
        assertThat(deployment.getExtensionsList())
                .extracting(extension ->
                        extension.getName() + " " + extension.getValue().getYaml())
                .containsExactly("x-kubernetes-group-version-kind"
                        + " [{\"group\":\"apps\",\"version\":\"v1\",\"kind\":\"Deployment\"}]");
        assertThat(property(deployment, "spec").getReference()).isEqualTo("#/definitions/V1DeploymentSpec");
        Schema replicas = property(definition(document, "V1DeploymentSpec"), "replicas");
        assertThat(replicas.getType().getValueList()).containsExactly("integer");
        assertThat(replicas.getFormat()).isEqualTo("int32");
        assertThat(replicas.getDescription()).startsWith("Number of desired pods");
    }

    @Test
    void everyReferenceLeadsSomewhere() throws IOException, InterruptedException {
        world.define(CustomWorld.definition("widgets", "Widget", CustomWorld.version("v1", true, LOOSE)));
        Document document = document();
        List<String> names = document.getDefinitions().getAdditionalPropertiesList().stream()
                .map(one -> "#/definitions/" + one.getName())
                .toList();
        assertThat(names).doesNotHaveDuplicates();
        document.getDefinitions().getAdditionalPropertiesList().stream()
                .flatMap(one -> one.getValue().getProperties().getAdditionalPropertiesList().stream())
                .map(one -> one.getValue().getReference())
                .filter(reference -> !reference.isEmpty())
                .forEach(reference -> assertThat(names).contains(reference));
    }

    @Test
    void saysThatWritesMayBeTried() throws IOException, InterruptedException {
        Operation patch = document().getPaths().getPathList().stream()
                .filter(path -> path.getName().equals("/apis/apps/v1/namespaces/{namespace}/deployments/{name}"))
                .map(NamedPathItem::getValue)
                .findFirst()
                .orElseThrow()
                .getPatch();
        assertThat(patch.getExtensions(0).getValue().getYaml())
                .isEqualTo("{\"group\":\"apps\",\"version\":\"v1\",\"kind\":\"Deployment\"}");
        assertThat(patch.getParametersList())
                .extracting(parameter ->
                        parameter.getParameter().getNonBody().getQuery().getName())
                .contains("dryRun", "fieldValidation");
    }

    @Test
    void tellsOfCustomKindsWhatOldClientsUnderstand() throws IOException, InterruptedException {
        world.define(CustomWorld.definition("widgets", "Widget", CustomWorld.version("v1", true, LOOSE)));
        Schema spec = property(definition(document(), "com.example.v1.Widget"), "spec");
        assertThat(property(spec, "size").getDescription()).isEqualTo("how big");
        assertThat(property(spec, "port").getFormat()).isEqualTo("int-or-string");
        assertThat(property(spec, "maybe").hasType()).as("null is no string").isFalse();
        assertThat(property(spec, "any").hasProperties())
                .as("others are allowed")
                .isFalse();
    }

    @Test
    void isServedAsProtobufOnly() throws IOException, InterruptedException {
        KubeWorld.Answer refused = world.api.get(PATH);
        assertThat(refused.status()).isEqualTo(406);
        assertThat(refused.text("/message")).contains(TYPE, "/openapi/v3");
    }
}
