package dev.gantry.controller.kube.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SchemasTest {

    private final Schema deployment =
            Schemas.builtIn().find("apps/v1", "Deployment").orElseThrow();

    @Test
    void knowsFieldsWithTypesAndDescriptions() {
        Schema spec = deployment.property("spec").orElseThrow();
        assertThat(spec.required()).containsExactlyInAnyOrder("selector", "template");
        Schema replicas = spec.property("replicas").orElseThrow();
        assertThat(replicas.type()).isEqualTo("integer");
        assertThat(replicas.format()).isEqualTo("int32");
        assertThat(replicas.description()).startsWith("Number of desired pods.");
        assertThat(spec.property("foo")).isEmpty();
    }

    @Test
    void knowsHowListsMerge() {
        Schema containers = podSpec().property("containers").orElseThrow();
        assertThat(containers.mergeKey()).isEqualTo("name");
        assertThat(containers.patchStrategy()).containsExactly("merge");
        assertThat(containers.listType()).isEqualTo("map");
        assertThat(containers.listMapKeys()).containsExactly("name");
        Schema ports = containers.items().orElseThrow().property("ports").orElseThrow();
        assertThat(ports.mergeKey()).isEqualTo("containerPort");
        assertThat(ports.listMapKeys()).containsExactly("containerPort", "protocol");
        assertThat(podSpec().property("tolerations").orElseThrow().listType()).isEqualTo("atomic");
        assertThat(podSpec().property("volumes").orElseThrow().patchStrategy()).containsExactly("merge", "retainKeys");
    }

    @Test
    void knowsMapsAndWhatIsOpen() {
        Schema metadata = deployment.property("metadata").orElseThrow();
        assertThat(metadata.property("labels")
                        .orElseThrow()
                        .additional()
                        .orElseThrow()
                        .type())
                .isEqualTo("string");
        Schema selector =
                deployment.property("spec").orElseThrow().property("selector").orElseThrow();
        assertThat(selector.isAtomicMap()).isTrue();
        assertThat(Schemas.builtIn()
                        .find("apps/v1", "ControllerRevision")
                        .orElseThrow()
                        .member("data")
                        .isOpen())
                .isTrue();
    }

    @Test
    void definesAllThatAVersionRefersTo() {
        assertThat(Schemas.builtIn().definitions("apps/v1").fieldNames())
                .toIterable()
                .contains("V1Deployment", "V1PodSpec", "V1ObjectMeta")
                .doesNotContain("V1Job");
        assertThat(Schemas.builtIn().find("apps/v1", "Job")).isEmpty();
    }

    private Schema podSpec() {
        return deployment.member("spec").member("template").member("spec");
    }
}
