package dev.gantry.e2e.kube;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The resources of ECS with kubectl and aws: whatever one of them does, the other one shows. */
@Tag("e2e")
class EcsKindsTest {

    private static final String SHOP = """
        apiVersion: ecs.services.k8s.aws/v1alpha1
        kind: TaskDefinition
        metadata: {name: shop, labels: {app: shop}}
        spec:
          family: shop
          containerDefinitions:
          - {name: main, image: %s, memory: %d, command: [sh, -c, "trap 'exit 0' TERM; while true; do sleep 0.1; done"]}
        ---
        apiVersion: ecs.services.k8s.aws/v1alpha1
        kind: Service
        metadata: {name: shop, labels: {app: shop}}
        spec:
          taskDefinition: shop
          desiredCount: 1
          deploymentConfiguration: {minimumHealthyPercent: 0}
        """;

    private static final String BAD = """
        apiVersion: ecs.services.k8s.aws/v1alpha1
        kind: Service
        metadata: {name: bad}
        %s
        """;

    private static KubeMachine machine;
    private static Aws aws;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start("gantry-ecs", "10.219.0.1/24", 23686, "--settle", "1s");
        aws = new Aws(Gantry.environment(machine.home().resolve("data")));
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void oneServiceHasTwoFaces() {
        machine.apply(SHOP.formatted(Engine.IMAGE, 16));
        waitFor("ecssvc/shop", "condition=Steady");
        assertThat(service("shop").path("runningCount").asInt()).isEqualTo(1);
        assertThat(kubectl("get", "ecs", "-l", "app=shop"))
                .containsPattern("service.ecs.services.k8s.aws/shop +default +ACTIVE +1 +1 +0 +shop:1 ")
                .containsPattern("taskdefinition.ecs.services.k8s.aws/shop +1 ");

        // Doing it twice changes nothing, and another definition is another revision, which the service goes on to.
        long events = service("shop").path("events").size();
        machine.apply(SHOP.formatted(Engine.IMAGE, 16));
        assertThat(service("shop").path("deployments")).hasSize(1);
        assertThat(service("shop").path("events")).hasSize((int) events);
        machine.apply(SHOP.formatted(Engine.IMAGE, 17));
        assertThat(service("shop").path("taskDefinition").asText()).endsWith("/shop:2");
        waitFor("ecssvc/shop", "condition=Steady");

        aws.ecs("update-service", "--service", "shop", "--desired-count", "2");
        waitFor("ecssvc/shop", "jsonpath={.status.runningCount}=2");
        kubectl("scale", "ecssvc/shop", "--replicas=3");
        waitFor("ecssvc/shop", "jsonpath={.status.runningCount}=3");
        assertThat(service("shop").path("desiredCount").asInt()).isEqualTo(3);
        kubectl("patch", "ecssvc", "shop", "--type=merge", "-p", "{\"spec\":{\"desiredCount\":1}}");
        assertThat(service("shop").path("desiredCount").asInt()).isEqualTo(1);
        edit("s/desiredCount: 1/desiredCount: 0/", "ecssvc/shop");
        assertThat(service("shop").path("desiredCount").asInt()).isZero();
        waitFor("clusters.ecs.services.k8s.aws/default", "jsonpath={.status.runningTasksCount}=0");
        assertThat(kubectl("describe", "ecssvc", "shop")).contains("app=shop", "Desired Count", "steady state");

        kubectl("delete", "ecssvc,taskdef", "-l", "app=shop", "--timeout=60s");
        assertThat(service("shop").path("status").asText()).isEqualTo("INACTIVE");
        assertThat(aws.ecs("list-task-definitions", "--family-prefix", "shop").path("taskDefinitionArns"))
                .isEmpty();
    }

    @Test
    void whatAwsMakesIsThereAtOnce() {
        aws.ecs("create-cluster", "--cluster-name", "Prod");
        aws.ecs(
                "register-task-definition",
                "--family",
                "made_by_aws",
                "--container-definitions",
                "[{\"name\":\"main\",\"image\":\"" + Engine.IMAGE + "\",\"memory\":16}]");
        aws.ecs(
                "create-service",
                "--cluster",
                "Prod",
                "--service-name",
                "api",
                "--task-definition",
                "made_by_aws",
                "--desired-count",
                "0");
        String name = kubectl("get", "ecssvc", "-o", "jsonpath={.items[?(@.spec.cluster==\"Prod\")].metadata.name}");
        assertThat(name).matches("api\\.prod-x[0-9a-f]{12}");
        String cluster = name.substring(name.indexOf('.') + 1);
        Command.Result busy = machine.kubectl("delete", "clusters.ecs.services.k8s.aws", cluster)
                .run();
        assertThat(busy.err()).contains("ClusterContainsServicesException");
        kubectl("label", "ecssvc", name, "team=a");
        kubectl("delete", "ecssvc", name, "--timeout=60s");
        kubectl("delete", "clusters.ecs.services.k8s.aws", cluster, "--timeout=60s");
        assertThat(aws.ecs("describe-clusters", "--clusters", "Prod")
                        .at("/clusters/0/status")
                        .asText())
                .isEqualTo("INACTIVE");
    }

    @Test
    void aWatchTellsWhatAwsDoes() throws IOException {
        Path told = machine.home().resolve("watch.out");
        ProcessBuilder builder = new ProcessBuilder(
                        "kubectl", "get", "clusters.ecs.services.k8s.aws", "-w", "--output-watch-events")
                .redirectErrorStream(true)
                .redirectOutput(told.toFile());
        builder.environment()
                .put("KUBECONFIG", machine.home().resolve("kubeconfig").toString());
        Process watch = builder.start();
        try {
            Awaitility.await().until(() -> Files.readString(told).contains("default"));
            aws.ecs("create-cluster", "--cluster-name", "seen");
            aws.ecs("delete-cluster", "--cluster", "seen");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(told)
                            .content()
                            .containsPattern("ADDED +seen +ACTIVE")
                            .containsPattern("DELETED +seen"));
        } finally {
            watch.destroy();
        }
    }

    @Test
    void theExamplesAreDocumentsForKubectlAsWell() {
        Path examples = Gantry.root().resolve("deploy/examples/web");
        kubectl("apply", "-f", examples.resolve("1-task-definition.yaml").toString());
        assertThat(kubectl(
                        "apply",
                        "--dry-run=server",
                        "-f",
                        examples.resolve("2-service.yaml").toString()))
                .contains("service.ecs.services.k8s.aws/web created (server dry run)");
        kubectl("delete", "-f", examples.resolve("1-task-definition.yaml").toString());
        // The kinds of Kubernetes itself keep their short names.
        assertThat(kubectl("get", "services")).contains("kubernetes", "CLUSTER-IP");
    }

    @Test
    void wrongOnesAreRefusedInWords() {
        assertThat(refused("spec: {taskDefinition: none, desiredCount: 1}"))
                .contains("ClientException: TaskDefinition not found.");
        assertThat(refused("spec: {taskDefinition: none, desiredCuont: 1}"))
                .contains("unknown field \"spec.desiredCuont\"");
        assertThat(refused("spec: {taskDefinition: none, desiredCount: 1, cluster: prod}"))
                .contains("has to be called \"bad.prod\"");
        assertThat(kubectl("explain", "ecssvc.spec.desiredCount")).contains("How many tasks shall run.");
        assertThat(kubectl("api-resources", "--api-group=ecs.services.k8s.aws")).contains("ecssvc", "taskdef");
    }

    private static String refused(String spec) {
        Command.Result result = machine.kubectl("apply", "-f", "-")
                .reading(BAD.formatted(spec).getBytes(UTF_8))
                .run();
        assertThat(result.exit()).isNotZero();
        return result.err();
    }

    private static void edit(String change, String object) {
        machine.kubectl("edit", object)
                .with(Map.of("KUBE_EDITOR", "sed -i '" + change + "'"))
                .run()
                .must();
    }

    private static void waitFor(String object, String condition) {
        kubectl("wait", object, "--for=" + condition, "--timeout=60s");
    }

    private static JsonNode service(String name) {
        return aws.ecs("describe-services", "--services", name).at("/services/0");
    }

    private static String kubectl(String... words) {
        return machine.kubectl(words).run().must();
    }
}
