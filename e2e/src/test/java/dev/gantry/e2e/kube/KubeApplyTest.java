package dev.gantry.e2e.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Documents of both APIs with {@code gantry apply}, and rules for objects with kubectl: quotas, limits, definitions. */
@Tag("e2e")
class KubeApplyTest {

    private static final String STAY = "trap 'exit 0' TERM; while true; do sleep 0.1; done";

    private static final String TASKS = """
        apiVersion: ecs.services.k8s.aws/v1alpha1
        kind: TaskDefinition
        metadata: {name: back}
        spec:
          containerDefinitions:
          - {name: main, image: %s, memory: 16, command: [sh, -c, "trap 'exit 0' TERM; while true; do sleep 0.1; done"]}
        ---
        apiVersion: ecs.services.k8s.aws/v1alpha1
        kind: Service
        metadata: {name: back}
        spec: {taskDefinition: back, desiredCount: 1}
        """;

    private static final String PODS = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: front, namespace: shop}
        spec:
          replicas: %d
          selector: {matchLabels: {app: front}}
          template:
            metadata: {labels: {app: front}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: main, image: %s, command: [sleep, "600"]}]
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        """;

    private static final String CONFIG = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings, namespace: shop}
        data: {colour: blue}
        """;

    private static final String DEFINITION = """
        apiVersion: example.com/v1
        kind: Widget
        metadata: {name: one}
        spec: {size: 3}
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: widgets.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
            additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    required: [size]
                    properties: {size: {type: integer, minimum: 1}, colour: {type: string, default: red}}
                  status: {type: object, properties: {size: {type: integer}}}
        """;

    private static KubeMachine machine;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start("gantry-apply", "10.218.0.1/24", 23586, "--settle", "1s");
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void keepsAFolderOfBothApis() throws IOException {
        Path folder = Files.createDirectories(machine.home().resolve("app"));
        Files.writeString(folder.resolve("tasks.yaml"), TASKS.formatted(Engine.IMAGE));
        Files.writeString(folder.resolve("pods.yaml"), PODS.formatted(1, Engine.IMAGE));
        Files.writeString(folder.resolve("config.yaml"), CONFIG);
        String[] apply = {"apply", "-f", folder.toString(), "--apply-set", "app", "--prune", "--wait"};
        assertThat(gantry("diff", "-f", folder.toString()).run().out())
                .contains("+ service/back", "+ namespace/shop", "+ deployment.apps/front", "+ configmap/settings");
        Command.Result first = gantry(apply).run();
        assertThat(first.must().lines())
                .containsExactly(
                        "taskdefinition/back created",
                        "service/back created",
                        "namespace/shop created",
                        "configmap/settings created",
                        "deployment.apps/front created");
        assertThat(first.err()).contains("deployment/front desired 1 updated 1 ready 1 steady");
        assertThat(gantry(apply).run().must().lines()).allMatch(line -> line.endsWith(" unchanged"));

        Files.writeString(folder.resolve("pods.yaml"), PODS.formatted(2, Engine.IMAGE));
        Files.delete(folder.resolve("config.yaml"));
        Command.Result difference = gantry("diff", "-f", folder.toString(), "--apply-set", "app", "--prune")
                .run();
        assertThat(difference.exit()).isEqualTo(2);
        assertThat(difference.out())
                .isEqualTo("~ deployment.apps/front\n    spec.replicas: 1 -> 2\n- configmap/settings\n");
        assertThat(gantry(apply).run().must())
                .contains("deployment.apps/front configured", "configmap/settings deleted")
                .contains("service/back unchanged");

        assertThat(machine.kubectl("scale", "-n", "shop", "deployment/front", "--replicas", "3")
                        .run()
                        .exit())
                .isZero();
        Command.Result conflict = gantry(apply).run();
        assertThat(conflict.exit()).isEqualTo(8);
        assertThat(conflict.err())
                .contains("nothing was changed", "pods.yaml:1", ".spec.replicas", "--force-conflicts");
        assertThat(gantry("apply", "-f", folder.toString(), "--apply-set", "app", "--force-conflicts")
                        .run()
                        .must())
                .contains("deployment.apps/front configured");

        assertThat(gantry("delete", "-f", folder.toString()).run().must())
                .contains("service/back deleted", "deployment.apps/front deleted", "namespace/shop deleted");
        Awaitility.await()
                .until(() -> machine.kubectl("get", "namespace", "shop").run().exit() != 0);
    }

    @Test
    void changesNothingWhenOneDocumentIsWrong() throws IOException {
        Path file = machine.home().resolve("wrong.yaml");
        Files.writeString(
                file,
                CONFIG.replace("shop", "default") + "---\n"
                        + PODS.formatted(1, Engine.IMAGE)
                                .replace("replicas:", "replcas:")
                                .replace("shop", "default")
                        + "---\napiVersion: apps/v2\nkind: Deployment\nmetadata: {name: x}\n");
        Command.Result result = gantry("apply", "-f", file.toString()).run();
        assertThat(result.exit()).isEqualTo(3);
        assertThat(result.err())
                .contains("wrong.yaml:6: ", "replcas")
                .contains("wrong.yaml:22: the server has no kind Deployment in apps/v2; it has one in apps/v1");
        assertThat(machine.kubectl("get", "configmap", "settings").run().exit()).isNotZero();
    }

    @Test
    void theExamplesAreGood() {
        Command.Result result = gantry(
                        "diff", "-f", Gantry.root().resolve("deploy/examples").toString())
                .run();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("+ service/web", "+ deployment.apps/web\n", "+ service/web\n");
    }

    @Test
    void servesWhatADefinitionDescribes() throws IOException {
        Path file = machine.home().resolve("widgets.yaml");
        Files.writeString(file, DEFINITION);
        assertThat(gantry("apply", "-f", file.toString()).run().must().lines())
                .containsExactly(
                        "customresourcedefinition.apiextensions.k8s.io/widgets.example.com created",
                        "widget.example.com/one created");
        assertThat(machine.kubectl("wait", "--for=condition=Established", "crd/widgets.example.com")
                        .run()
                        .must())
                .contains("condition met");
        assertThat(machine.kubectl("get", "wd").run().must()).containsPattern("NAME +SIZE\\s+one +3");
        assertThat(machine.kubectl("get", "widget", "one", "-o", "jsonpath={.spec.colour}")
                        .run()
                        .must())
                .isEqualTo("red");
        assertThat(machine.kubectl("explain", "widget.spec").run().must()).contains("colour", "size");
        assertThat(machine.kubectl("scale", "widget/one", "--replicas=5").run().must())
                .contains("scaled");
        assertThat(machine.kubectl("patch", "widget", "one", "--type=merge", "-p", "{\"spec\":{\"size\":0}}")
                        .run()
                        .err())
                .contains("spec.size", "greater than or equal to 1");
        assertThat(machine.kubectl("get", "widget", "one", "-o", "jsonpath={.spec.size}")
                        .run()
                        .must())
                .isEqualTo("5");
        assertThat(gantry("delete", "-f", file.toString()).run().must().lines())
                .containsExactly(
                        "widget.example.com/one deleted",
                        "customresourcedefinition.apiextensions.k8s.io/widgets.example.com deleted");
        Awaitility.await().until(() -> machine.kubectl("get", "widgets").run().exit() != 0);
    }

    @Test
    void holdsANamespaceToItsQuotaAndLimits() {
        kubectl("create", "namespace", "small");
        kubectl("create", "quota", "few", "-n", "small", "--hard=pods=2,requests.cpu=200m,configmaps=2");
        String limits = """
            {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l", "namespace": "small"}, "spec": {
            "limits": [{"type": "Container", "defaultRequest": {"cpu": "60m"}, "default": {"cpu": "100m"}}]}}\
            """;
        machine.apply(limits);
        kubectl(
                "create",
                "deployment",
                "web",
                "-n",
                "small",
                "--image",
                Engine.IMAGE,
                "--replicas=3",
                "--",
                "sh",
                "-c",
                STAY);
        Awaitility.await()
                .until(() -> kubectl("get", "events", "-n", "small")
                        .contains("exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2"));
        assertThat(kubectl("describe", "quota", "few", "-n", "small"))
                .containsPattern("pods +2 +2")
                .containsPattern("requests.cpu +120m +200m")
                .containsPattern("configmaps +1 +2");
        assertThat(kubectl("get", "pods", "-n", "small", "-o", "jsonpath={.items[0].spec.containers[0].resources}"))
                .isEqualTo("{\"limits\":{\"cpu\":\"100m\"},\"requests\":{\"cpu\":\"60m\"}}");
        // What is freed is used without anybody asking again.
        kubectl("scale", "-n", "small", "deployment/web", "--replicas=1");
        kubectl("create", "deployment", "other", "-n", "small", "--image", Engine.IMAGE, "--", "sh", "-c", STAY);
        kubectl("wait", "-n", "small", "--for=jsonpath={.status.replicas}=1", "deployment/other", "--timeout=30s");
        assertThat(kubectl("create", "priorityclass", "urgent", "--value=1000")).contains("created");
        assertThat(kubectl("get", "priorityclasses")).containsPattern("system-node-critical +2000001000");
        kubectl("delete", "namespace", "small");
    }

    private static String kubectl(String... words) {
        return machine.kubectl(words).run().must();
    }

    private static Command gantry(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--data-dir", machine.home() + "/data"));
        return Gantry.command(all.toArray(String[]::new));
    }
}
