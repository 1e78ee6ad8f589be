package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.ShellImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two clusters of one Gantry with kubectl: the same names in both, on the same node, and nothing in common. */
@Tag("e2e")
class KubeClustersTest {

    private static final String WEB = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: page}
        data: {index.html: "%1$s"}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          serviceName: web
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %2$s
                command: [sh, -c, "echo serving %1$s; exec busybox httpd -f -p 8080 -h /page"]
                volumeMounts: [{name: page, mountPath: /page}]
                readinessProbe: {httpGet: {path: /index.html, port: 8080}, periodSeconds: 1}
              volumes: [{name: page, configMap: {name: page}}]
        """;

    private static final String INSIDE = """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: looker}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
        subjects: [{kind: ServiceAccount, name: default, namespace: default}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: inside}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: main, image: %s, command: [/kubectl, proxy, --port=8001]}
        """;

    private static KubeMachine machine;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start("gantry-clusters", "10.227.0.1/24", 23606, "--kube-clusters", "lab,test-2");
        ShellImage.on(machine.engine());
        Files.writeString(lab(), machine.kubeconfig("lab").run().must());
        String _ = machine.apply(WEB.formatted("default", ShellImage.NAME));
        String _ = kubectl("apply", "-f", "-")
                .reading(WEB.formatted("lab", ShellImage.NAME).getBytes(UTF_8))
                .run()
                .must();
        String _ = machine.kubectl("rollout", "status", "statefulset/web", "--timeout=60s")
                .run()
                .must();
        String _ = kubectl("rollout", "status", "statefulset/web", "--timeout=60s")
                .run()
                .must();
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    private static Path lab() {
        return machine.home().resolve("lab");
    }

    /** In the cluster {@code lab}. */
    private static Command kubectl(String... words) {
        return machine.kubectl(words).with(Map.of("KUBECONFIG", lab().toString()));
    }

    @Test
    void isReachedByAFileOfItsOwn() throws IOException {
        assertThat(Files.readString(lab())).contains(":25483/clusters/lab\n", "current-context: gantry-lab\n");
        assertThat(machine.kubeconfig("test-2").run().exit()).isZero();
        Command.Result none = machine.kubeconfig("none").run();
        assertThat(none.exit()).isEqualTo(4);
        assertThat(none.err()).contains("there is no cluster \"none\"", "--kube-clusters none");
        String both = lab() + ":" + machine.home().resolve("kubeconfig");
        assertThat(machine.kubectl("config", "get-contexts", "-o", "name")
                        .with(Map.of("KUBECONFIG", both))
                        .run()
                        .must()
                        .lines())
                .containsExactlyInAnyOrder("gantry", "gantry-lab");
    }

    @Test
    void showsItsOwnPodsAndNodesAndWhatTheySay() {
        assertThat(kubectl("get", "pods", "-A", "-o", "name").run().must().lines())
                .contains("pod/web-0")
                .hasSizeLessThanOrEqualTo(2);
        assertThat(kubectl("get", "nodes").run().must()).contains("Ready");
        assertThat(kubectl("logs", "web-0").run().must()).isEqualTo("serving lab\n");
        assertThat(machine.kubectl("logs", "web-0").run().must()).isEqualTo("serving default\n");
        assertThat(kubectl("exec", "web-0", "--", "cat", "/page/index.html")
                        .run()
                        .must())
                .isEqualTo("lab");
        assertThat(kubectl("explain", "pod.spec.hostname").run().must()).contains("hostname");
        assertThat(kubectl("describe", "pod", "web-0").run().must()).contains("Started");
    }

    @Test
    void itsPodsFindItsOwnServicesByName() {
        String ask = "busybox wget -qO- http://web.default.svc.cluster.local/index.html";
        await(
                "the address",
                () -> kubectl("exec", "web-0", "--", "sh", "-c", ask)
                        .run()
                        .out()
                        .equals("lab"));
        await(
                "the address",
                () -> machine.kubectl("exec", "web-0", "--", "sh", "-c", ask)
                        .run()
                        .out()
                        .equals("default"));
        String own = kubectl("get", "pod", "web-0", "-o", "jsonpath={.status.podIP}")
                .run()
                .must();
        String names = kubectl("exec", "web-0", "--", "busybox", "nslookup", "web.default.svc.cluster.local")
                .run()
                .out();
        assertThat(names)
                .contains(kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
                        .run()
                        .must());
        assertThat(own).startsWith("10.42.");
    }

    @Test
    void itsPodsReachItsOwnApiWithoutKnowingOfPaths() {
        KubectlImage.on(machine.engine());
        String _ = kubectl("apply", "-f", "-")
                .reading(INSIDE.formatted(KubectlImage.NAME).getBytes(UTF_8))
                .run()
                .must();
        String _ = kubectl("wait", "--for=condition=Ready", "pod/inside", "--timeout=60s")
                .run()
                .must();
        Command.Result maps = kubectl(
                        "exec",
                        "inside",
                        "--",
                        "/kubectl",
                        "get",
                        "configmap",
                        "page",
                        "-o",
                        "jsonpath={.data.index\\.html}")
                .run();
        assertThat(maps.out()).as(maps.err()).isEqualTo("lab");
        assertThat(kubectl("exec", "inside", "--", "/kubectl", "get", "secrets")
                        .run()
                        .err())
                .contains("User \"system:serviceaccount:default:default\" cannot list resource \"secrets\"");
        String token = kubectl("create", "token", "default").run().must().strip();
        assertThat(page(token, "").run().must()).isEqualTo("lab");
        assertThat(page(token, "/clusters/lab").run().must()).isEqualTo("lab");
        assertThat(page(token, "/clusters/default").run().err()).contains("You must be logged in");
    }

    private static Command page(String token, String path) {
        return Command.of(
                "kubectl",
                "--kubeconfig=/dev/null",
                "--insecure-skip-tls-verify",
                "--server=https://127.0.0.1:25483" + path,
                "--token=" + token,
                "get",
                "configmap",
                "page",
                "-o",
                "jsonpath={.data.index\\.html}");
    }

    @Test
    void whatGoesInOneStaysInTheOther() {
        String extra = "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"extra\"}}";
        for (Command create : new Command[] {machine.kubectl("create", "-f", "-"), kubectl("create", "-f", "-")}) {
            String _ = create.reading(extra.getBytes(UTF_8)).run().must();
        }
        String _ = kubectl("create", "quota", "none", "-n", "extra", "--hard=count/secrets=0")
                .run()
                .must();
        assertThat(kubectl("create", "secret", "generic", "s", "-n", "extra")
                        .run()
                        .err())
                .contains("exceeded quota");
        String _ = machine.kubectl("create", "secret", "generic", "s", "-n", "extra")
                .run()
                .must();
        String _ =
                kubectl("delete", "namespace", "extra", "--timeout=60s").run().must();
        assertThat(machine.kubectl("get", "secret", "s", "-n", "extra").run().exit())
                .isZero();
        assertThat(kubectl("delete", "namespace", "kube-system").run().err())
                .contains("this namespace may not be deleted");
    }
}
