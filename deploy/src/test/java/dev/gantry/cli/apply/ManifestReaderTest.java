package dev.gantry.cli.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.cli.apply.DocumentReader.Source;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestReaderTest {

    private static final String CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

    @Test
    void readsDocumentsOfBothApisFromOneFile() {
        Documents documents = read("apiVersion: ecs.services.k8s.aws/v1alpha1\nkind: Cluster\nmetadata: {name: c}\n"
                + "spec: {}\n---\n" + CONFIG
                + "data: {mode: 0644, on: 'yes'}\n---\napiVersion: apps/v1\nkind: Deployment\n"
                + "metadata: {name: web, namespace: shop}\nspec: {replicas: 2}\n");
        assertThat(documents.ecs()).extracting(Document::id).containsExactly(ObjectId.cluster("c"));
        assertThat(documents.kubernetes())
                .extracting(Manifest::group, Manifest::kind, Manifest::namespace, Manifest::name, Manifest::source)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("", "ConfigMap", "", "a", "f:6"),
                        org.assertj.core.groups.Tuple.tuple("apps", "Deployment", "shop", "web", "f:11"));
        // As Kubernetes reads YAML: a number with a zero before it is octal.
        assertThat(documents.kubernetes().getFirst().object().path("data").toString())
                .isEqualTo("{\"mode\":420,\"on\":\"yes\"}");
    }

    @Test
    void readsWhatIsInAList() {
        Documents documents = read("{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Secret,"
                + " metadata: {name: s}}, {apiVersion: v1, kind: Service, metadata: {name: s}}]}");
        assertThat(documents.kubernetes()).extracting(Manifest::kind).containsExactly("Secret", "Service");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        kind: ConfigMap                     | f:1:1: apiVersion is missing; write ecs.services
        apiVersion: v1                      | f:1:1: kind is missing or no text
        {apiVersion: v1, kind: ConfigMap}   | f:1:1: metadata.name is missing
        {apiVersion: v1, kind: A, kind: B, metadata: {name: a}} | f:1:1: line 1: key "kind" already set
        {apiVersion: v1, kind: List, items: [1]}                | f:1:1: items of a List must be objects
        """)
    void namesThePlaceOfEachMistake(String text, String problem) {
        assertThat(problems(text)).anySatisfy(found -> assertThat(found).startsWith(problem));
    }

    @Test
    void refusesWhatIsDeclaredTwice() {
        assertThat(problems(CONFIG + "---\n" + CONFIG))
                .containsExactly("f:5:1: ConfigMap a is declared twice, first at f:1");
    }

    private static Documents read(String text) {
        return DocumentReader.read(List.of(new Source("f", text)), "default");
    }

    private static List<String> problems(String text) {
        Problem.InvalidDocuments invalid = catchThrowableOfType(Problem.InvalidDocuments.class, () -> read(text));
        return invalid.problems().stream().map(Problem::toString).toList();
    }
}
