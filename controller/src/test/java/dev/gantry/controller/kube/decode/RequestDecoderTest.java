package dev.gantry.controller.kube.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.refusal.Reason;
import dev.gantry.controller.kube.schema.Schemas;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RequestDecoderTest {

    private static final String JSON = "application/json";
    private static final String YAML = "application/yaml";

    @Test
    void warnsOfFieldsThatAKindLacksAndDropsThem() {
        Decoded decoded = decode(deployment("\"foo\":1,\"replicas\":2"), JSON, FieldValidation.WARN);
        assertThat(decoded.warnings()).containsExactly("unknown field \"spec.foo\"");
        assertThat(decoded.object().path("spec").toString()).isEqualTo("{\"replicas\":2}");
    }

    @Test
    void refusesThemWhenAskedTo() {
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() ->
                        decode(deployment("\"replicas\":1,\"replicas\":2,\"foo\":1"), JSON, FieldValidation.STRICT))
                .withMessage("Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: "
                        + "duplicate field \"spec.replicas\", unknown field \"spec.foo\"");
    }

    @Test
    void saysNothingWhenAskedTo() {
        Decoded decoded = decode(deployment("\"replicas\":1,\"replicas\":2,\"foo\":1"), JSON, FieldValidation.IGNORE);
        assertThat(decoded.warnings()).isEmpty();
        assertThat(decoded.object().path("spec").toString()).isEqualTo("{\"replicas\":2}");
    }

    @Test
    void namesItemsOfLists() {
        String containers = "\"template\":{\"spec\":{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\",\"img\":1}]}}";
        assertThat(decode(deployment(containers), JSON, FieldValidation.WARN).warnings())
                .containsExactly("unknown field \"spec.template.spec.containers[1].img\"");
    }

    @Test
    void refusesAnotherType() {
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() -> decode(deployment("\"replicas\":\"two\""), JSON, FieldValidation.IGNORE))
                .withMessageContaining(
                        "json: cannot unmarshal string into Go struct field spec.replicas of type int32");
    }

    @Test
    void takesNullForNothing() {
        assertThat(decode(deployment("\"replicas\":null"), JSON, FieldValidation.STRICT)
                        .object()
                        .path("spec"))
                .isEmpty();
    }

    @Test
    void refusesWhatIsNoJsonAndSaysWhere() {
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() -> decode("{\"a\":\n  oops}", JSON, FieldValidation.IGNORE))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.BAD_REQUEST))
                .withMessageContaining("line 2");
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() -> decode("[".repeat(10_000), JSON, FieldValidation.IGNORE));
        assertThatExceptionOfType(KubeRefusal.class).isThrownBy(() -> decode("{} {}", JSON, FieldValidation.IGNORE));
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() -> decode("{}", "text/html", FieldValidation.IGNORE));
    }

    @Test
    void readsYamlAsKubernetesDoes() {
        Decoded decoded = decode("""
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: c}
            data:
              text: "yes"
              time: "12:30"
              number: "010"
              more: |
                a
                b
            """, YAML, FieldValidation.STRICT, "v1", "ConfigMap");
        assertThat(decoded.object().path("data").toString())
                .isEqualTo("{\"text\":\"yes\",\"time\":\"12:30\",\"number\":\"010\",\"more\":\"a\\nb\\n\"}");
    }

    @Test
    void findsWhatYamlGivesTwice() {
        assertThat(decode("spec:\n  replicas: 1\n  replicas: 2\n", YAML, FieldValidation.WARN)
                        .warnings())
                .containsExactly("line 3: key \"replicas\" already set in map");
    }

    @Test
    void boundsWhatAliasesStandFor() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 10; i++) {
            String alias = "*a" + (i - 1);
            bomb.append(
                    "a" + i + ": &a" + i + " [" + String.join(",", java.util.Collections.nCopies(10, alias)) + "]\n");
        }
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() -> decode(bomb.toString(), YAML, FieldValidation.IGNORE));
        assertThatExceptionOfType(KubeRefusal.class)
                .isThrownBy(() -> decode("a: &a [*a]", YAML, FieldValidation.IGNORE));
    }

    private static String deployment(String spec) {
        return "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"spec\":{" + spec + "}}";
    }

    private static Decoded decode(String body, String contentType, FieldValidation validation) {
        return decode(body, contentType, validation, "apps/v1", "Deployment");
    }

    private static Decoded decode(
            String body, String contentType, FieldValidation validation, String apiVersion, String kind) {
        return RequestDecoder.decode(
                body.getBytes(StandardCharsets.UTF_8),
                contentType,
                validation,
                Schemas.builtIn().find(apiVersion, kind));
    }
}
