package dev.gantry.cli.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.cli.apply.DocumentReader.Source;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentReaderTest {

    private static final String HEAD = "apiVersion: ecs.services.k8s.aws/v1alpha1\n";

    @Test
    void readsSeveralDocumentsOfOneFileAndFillsInTheirNames() {
        List<Document> documents = read(HEAD
                + "kind: TaskDefinition\nmetadata: {name: web}\nspec:\n"
                + "  containerDefinitions: [{name: a, image: b, cpu: 10}]\n---\n"
                + HEAD
                + "kind: Service\nmetadata: {name: front}\nspec: {taskDefinition: web, desiredCount: 2}\n");
        assertThat(documents)
                .extracting(Document::id)
                .containsExactly(ObjectId.taskDefinition("web"), ObjectId.service("default", "front"));
        assertThat(documents.get(1).spec().toString())
                .isEqualTo(
                        "{\"taskDefinition\":\"web\",\"desiredCount\":2,\"serviceName\":\"front\",\"cluster\":\"default\"}");
    }

    @Test
    void readsJsonIndentedByTabs() {
        String json = "{\n\t\"apiVersion\": \"ecs.services.k8s.aws/v1alpha1\",\n\t\"kind\": \"Cluster\",\n"
                + "\t\"metadata\": {\"name\": \"prod\"},\n\t\"spec\": {}\n}\n";
        assertThat(read(json)).extracting(Document::id).containsExactly(ObjectId.cluster("prod"));
    }

    @Test
    void resolvesAliases() {
        List<Document> documents = read(HEAD
                + "kind: TaskDefinition\nmetadata: {name: web}\nspec:\n  containerDefinitions:\n"
                + "    - &one {name: a, image: b, environment: &env [{name: K, value: v}]}\n"
                + "    - {name: c, image: d, environment: *env}\n");
        assertThat(documents
                        .getFirst()
                        .spec()
                        .at("/containerDefinitions/1/environment/0/value")
                        .asText())
                .isEqualTo("v");
    }

    static Stream<Arguments> mistakes() {
        String cluster = HEAD + "kind: Cluster\nmetadata: {name: c}\n";
        String service = HEAD + "kind: Service\nmetadata: {name: s}\n";
        String definition = HEAD + "kind: TaskDefinition\nmetadata: {name: t}\n";
        return Stream.of(
                Arguments.of(
                        service + "spec:\n  taskDefinition: t\n  desiredCont: 2\n",
                        "f:6:3: unknown field \"desiredCont\" in spec; did you mean \"desiredCount\"?"),
                Arguments.of(
                        service + "spec:\n  taskDefinition: t\n  desiredCount: two\n",
                        "f:6:17: spec.desiredCount must be a whole number, not \"two\""),
                Arguments.of(
                        service + "spec:\n  taskDefinition: t\n  desiredCount: \"2\"\n",
                        "f:6:17: spec.desiredCount must be a whole number, not \"2\""),
                Arguments.of(
                        service + "spec:\n  taskDefinition: t\n  desiredCount: 99999999999\n",
                        "f:6:17: spec.desiredCount is out of range: 99999999999"),
                Arguments.of(
                        service + "spec:\n  taskDefinition: t\n  desiredCount: 010\n",
                        "f:6:17: spec.desiredCount must be a whole number, not \"010\""),
                Arguments.of(service + "spec: {desiredCount: 1}\n", "f:4:7: spec.taskDefinition is missing"),
                Arguments.of(
                        service + "spec:\n  taskDefinition: t\n  launchType: EC3\n",
                        "f:6:15: spec.launchType must be one of EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES, not"
                                + " \"EC3\"; did you mean \"EC2\"?"),
                Arguments.of(
                        service + "spec:\n  taskDefinition: t\n  enableExecuteCommand: yes\n",
                        "f:6:25: spec.enableExecuteCommand must be true or false, not \"yes\""),
                Arguments.of(
                        service + "spec:\n  taskDefinition: t\n  taskDefinition: u\n",
                        "f:6:3: duplicate field \"taskDefinition\" in spec"),
                Arguments.of(definition + "spec: {}\n", "f:4:7: spec.containerDefinitions is missing"),
                Arguments.of(
                        definition + "spec:\n  cpu: 256\n  containerDefinitions: []\n",
                        "f:5:8: spec.cpu must be a string; put it in quotes: \"256\""),
                Arguments.of(
                        definition + "spec:\n  containerDefinitions: {name: a}\n",
                        "f:5:25: spec.containerDefinitions must be a list, not an object"),
                Arguments.of(
                        definition + "spec:\n  containerDefinitions:\n    - name: a\n      imaeg: b\n",
                        "f:7:7: unknown field \"imaeg\" in spec.containerDefinitions[0]; did you mean \"image\"?"),
                Arguments.of(
                        definition + "spec:\n  containerDefinitions:\n    - name: !!binary aGk=\n",
                        "f:6:13: the tag tag:yaml.org,2002:binary is not allowed; write the plain value"),
                Arguments.of(cluster, "f:1:1: spec is missing"),
                Arguments.of(
                        cluster + "spec: {}\nsepc: {}\n",
                        "f:5:1: unknown field \"sepc\" in the document; did you mean \"spec\"?"),
                Arguments.of(
                        HEAD + "kind: Clutser\nmetadata: {name: c}\nspec: {}\n",
                        "f:2:7: unknown kind \"Clutser\"; it is one of Cluster, TaskDefinition, Service; did you mean"
                                + " \"Cluster\"?"),
                Arguments.of(HEAD + "kind: Cluster\nmetadata: {}\nspec: {}\n", "f:3:11: metadata.name is missing"),
                Arguments.of(
                        "apiVersion: ecs.services.k8s.aws/v1\nkind: Cluster\nmetadata: {name: c}\nspec: {}\n",
                        "f:1:13: apiVersion must be ecs.services.k8s.aws/v1alpha1"),
                Arguments.of("- 1\n", "f:1:1: a document must be an object with apiVersion, kind, metadata and spec"),
                Arguments.of(
                        cluster + "spec: {}\n---\n" + cluster + "spec: {}\n",
                        "f:6:1: cluster/c is declared twice, first at f:1"),
                Arguments.of("a: [1,\n", "f:2:1: expected the node content, but found '<stream end>'"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void namesThePlaceOfEachMistake(String text, String problem) {
        assertThat(problems(text)).containsExactly(problem);
    }

    @Test
    void showsAllMistakesAtOnce() {
        String text = HEAD + "kind: Service\nmetadata: {name: s}\nspec: {a: 1, b: 2, taskDefinition: t}\n";
        assertThat(problems(text)).hasSize(2);
    }

    @Test
    void refusesAliasesThatGrowBeyondMeasure() {
        StringBuilder bomb = new StringBuilder(HEAD + "kind: Cluster\nmetadata: {name: c}\nstatus:\n  a0: &a0 [x]\n");
        for (int i = 1; i < 60; i++) {
            bomb.append("  a")
                    .append(i)
                    .append(": &a")
                    .append(i)
                    .append(" [*a")
                    .append(i - 1)
                    .append("]\n");
        }
        assertThat(problems(bomb + "spec: {}\n")).singleElement().asString().contains("aliases");
    }

    @Test
    void refusesNestingBeyondMeasure() {
        String text = HEAD + "kind: Cluster\nmetadata: {name: c}\nspec: " + "[".repeat(101) + "]".repeat(101) + "\n";
        assertThat(problems(text)).singleElement().asString().contains("Nesting");
    }

    private static List<Document> read(String text) {
        return DocumentReader.read(List.of(new Source("f", text)), "default").ecs();
    }

    private static List<String> problems(String text) {
        Problem.InvalidDocuments invalid = catchThrowableOfType(Problem.InvalidDocuments.class, () -> read(text));
        return invalid.problems().stream().map(Problem::toString).toList();
    }
}
