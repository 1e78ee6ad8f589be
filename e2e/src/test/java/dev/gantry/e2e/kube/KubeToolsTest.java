package dev.gantry.e2e.kube;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.KubeTools;
import dev.gantry.e2e.bed.KubeTools.Release;
import dev.gantry.e2e.bed.ShellImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** kubectl of other versions than the machine's own, and Helm. */
@Tag("e2e")
class KubeToolsTest {

    private static final String WEB = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %s
                command: [sh, -c, "echo %s; exec busybox sleep 1000"]
        """;

    private static final String CHART = """
        apiVersion: v2
        name: shop
        version: 0.1.0
        """;

    private static final String VALUES = """
        replicas: 1
        text: one
        """;

    private static final String DEFINITION = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: tills.shop.example.com}
        spec:
          group: shop.example.com
          scope: Namespaced
          names: {plural: tills, kind: Till}
          versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {number: {type: integer}}}}}}
        """;

    private static final String SHOP = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "{{ .Release.Name }}-page"}
        data: {text: "{{ .Values.text }}"}
        ---
        apiVersion: shop.example.com/v1
        kind: Till
        metadata: {name: "{{ .Release.Name }}"}
        spec: {number: 1}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{ .Release.Name }}"}
        spec:
          replicas: {{ .Values.replicas }}
          selector: {matchLabels: {app: "{{ .Release.Name }}"}}
          template:
            metadata: {labels: {app: "{{ .Release.Name }}", text: "{{ .Values.text }}"}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %1$s
                command: [sh, -c, "exec busybox sleep 1000"]
        """.formatted(ShellImage.NAME);

    /** {@code hook} and {@code name} as their users say. */
    private static final String JOB = """
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: "{{ .Release.Name }}-%1$s"
          annotations: {helm.sh/hook: %1$s, helm.sh/hook-delete-policy: before-hook-creation}
        spec:
          backoffLimit: 0
          template:
            spec:
              restartPolicy: Never
              containers:
              - {name: main, image: %2$s, command: [sh, -c, "echo %1$s"]}
        """;

    private static final int MUCH = 12_000_000;

    private static final String TALKS = """
        apiVersion: v1
        kind: Pod
        metadata: {name: talks}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: %s
            stdin: true
            command:
            - sh
            - -c
            - "busybox ln -s busybox /bin/tar; head -c %d /dev/urandom > /tmp/big; busybox httpd -p 8080 -h /tmp;
              while read line; do echo got $line; done"
            readinessProbe: {httpGet: {path: /big, port: 8080}, periodSeconds: 1}
        """;

    private static KubeMachine machine;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start("gantry-tools", "10.229.0.1/24", 23626);
        ShellImage.on(machine.engine());
        String _ = machine.apply(TALKS.formatted(Engine.IMAGE, MUCH));
        String _ = machine.kubectl("wait", "--for=condition=Ready", "pod/talks", "--timeout=60s")
                .run()
                .must();
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    /** With a folder of its own for what it remembers, and for sessions with pods SPDY and no WebSockets. */
    private static Map<String, String> environment(Release release) {
        return Map.of(
                "KUBECONFIG",
                machine.home().resolve("kubeconfig").toString(),
                "HOME",
                machine.home().resolve("home-" + release).toString(),
                "KUBECTL_REMOTE_COMMAND_WEBSOCKETS",
                "false",
                "KUBECTL_PORT_FORWARD_WEBSOCKETS",
                "false");
    }

    private static Command tool(Release release, String program, String... words) {
        List<String> all = new ArrayList<>(List.of(program));
        all.addAll(List.of(words));
        return Command.of(all.toArray(String[]::new)).with(environment(release));
    }

    private static Command kubectl(Release release, String... words) throws IOException {
        return tool(release, KubeTools.of(release).kubectl(), words);
    }

    private record Kubectl(Release release, String program, String namespace) {

        static Kubectl of(Release release) throws IOException {
            return new Kubectl(
                    release,
                    KubeTools.of(release).kubectl(),
                    "kubectl-" + release.name().toLowerCase(java.util.Locale.ROOT));
        }

        Command command(String... words) {
            List<String> all = new ArrayList<>(List.of("-n", namespace));
            all.addAll(List.of(words));
            return tool(release, program, all.toArray(String[]::new));
        }

        String must(String... words) {
            return command(words).run().must();
        }

        String apply(String documents, String... more) {
            List<String> all = new ArrayList<>(List.of("apply", "-f", "-"));
            all.addAll(List.of(more));
            return command(all.toArray(String[]::new))
                    .reading(documents.getBytes(UTF_8))
                    .run()
                    .must();
        }
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void otherVersionsOfKubectlDoWhatPeopleDoEveryDay(Release release) throws IOException {
        Kubectl kubectl = Kubectl.of(release);
        String _ = kubectl.must("create", "namespace", kubectl.namespace());
        assertThat(kubectl.apply(WEB.formatted(ShellImage.NAME, "first"))).contains("deployment.apps/web created");
        String _ = kubectl.must("rollout", "status", "deployment/web", "--timeout=60s");
        assertThat(kubectl.apply(WEB.formatted(ShellImage.NAME, "second"))).contains("deployment.apps/web configured");
        String _ = kubectl.must("rollout", "status", "deployment/web", "--timeout=60s");
        assertThat(kubectl.must("rollout", "history", "deployment/web")).contains("2");
        assertThat(kubectl.apply(WEB.formatted(ShellImage.NAME, "second"), "--server-side", "--force-conflicts"))
                .contains("serverside-applied");
        String _ = kubectl.must("scale", "deployment/web", "--replicas=2");
        String _ = kubectl.must("rollout", "status", "deployment/web", "--timeout=60s");
        assertThat(kubectl.must("get", "pods", "-l", "app=web", "--no-headers").lines())
                .hasSizeBetween(2, 3);
        assertThat(kubectl.must("logs", "deployment/web")).isEqualTo("second\n");
        assertThat(kubectl.must("describe", "deployment", "web")).contains("ScalingReplicaSet");
        assertThat(kubectl.must("explain", "deployment.spec.replicas")).contains("Number of desired pods");
        String _ = kubectl.must("create", "configmap", "m", "--from-literal=a=b");
        assertThat(kubectl.must("get", "configmap", "m", "-o", "jsonpath={.data.a}"))
                .isEqualTo("b");
        assertThat(kubectl.command("apply", "-f", "-")
                        .reading(WEB.formatted(ShellImage.NAME, "x")
                                .replace("replicas", "replcas")
                                .getBytes(UTF_8))
                        .run()
                        .err())
                .contains("unknown field \"spec.replcas\"");
        String _ = kubectl.must("delete", "namespace", kubectl.namespace(), "--timeout=60s");
    }

    /** kubectl of each minor version from 1.29 to 1.33 that this machine has beside its own. */
    private static Stream<Path> installed() throws IOException {
        Path own = Path.of(Command.of("sh", "-c", "command -v kubectl")
                        .run()
                        .must()
                        .strip())
                .toRealPath();
        return IntStream.rangeClosed(29, 33)
                .mapToObj(minor -> own.resolveSibling("kubectl.1." + minor))
                .filter(Files::isExecutable);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("installed")
    void eachVersionOnThisMachineWorks(Path program) {
        String minor = program.toString().replaceFirst(".*\\.", "");
        Kubectl kubectl = new Kubectl(Release.NEW, program.toString(), "minor-" + minor);
        assertThat(kubectl.must("version")).contains("Client Version: v1." + minor + ".", "Server Version: v1.");
        String _ = kubectl.must("create", "namespace", kubectl.namespace());
        assertThat(kubectl.must("create", "deployment", "made", "--image=" + ShellImage.NAME, "--replicas=0"))
                .isEqualTo("deployment.apps/made created\n");
        assertThat(kubectl.apply(WEB.formatted(ShellImage.NAME, minor))).isEqualTo("deployment.apps/web created\n");
        String _ = kubectl.must("rollout", "status", "deployment/web", "--timeout=60s");
        assertThat(kubectl.apply(WEB.formatted(ShellImage.NAME, minor))).isEqualTo("deployment.apps/web unchanged\n");
        assertThat(kubectl.must("get", "deployment", "web")).containsPattern("web +1/1 +1 +1 ");
        assertThat(kubectl.must("logs", "deployment/web")).isEqualTo(minor + "\n");
        assertThat(kubectl.must("describe", "deployment", "web")).contains("ScalingReplicaSet");
        assertThat(kubectl.must("explain", "deployment.spec.replicas")).contains("Number of desired pods");
        assertThat(kubectl.must("events", "--for", "deployment/web")).contains("Scaled up replica set web-");
        assertThat(kubectl.must("auth", "can-i", "create", "deployments")).isEqualTo("yes\n");
        assertThat(kubectl.must("exec", "deployment/web", "--", "sh", "-c", "echo inside"))
                .isEqualTo("inside\n");
        String _ = kubectl.must("delete", "namespace", kubectl.namespace(), "--wait=false");
    }

    private static Path chart() throws IOException {
        Path chart = machine.home().resolve("shop");
        Files.createDirectories(chart.resolve("templates"));
        Files.createDirectories(chart.resolve("crds"));
        Files.writeString(chart.resolve("Chart.yaml"), CHART);
        Files.writeString(chart.resolve("values.yaml"), VALUES);
        Files.writeString(chart.resolve("crds/tills.yaml"), DEFINITION);
        Files.writeString(chart.resolve("templates/shop.yaml"), SHOP);
        for (String hook : List.of("pre-install", "post-upgrade", "test")) {
            Files.writeString(chart.resolve("templates/" + hook + ".yaml"), JOB.formatted(hook, ShellImage.NAME));
        }
        return chart;
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void helmInstallsUpgradesRollsBackAndRemoves(Release release) throws IOException {
        String chart = chart().toString();
        KubeTools tools = KubeTools.of(release);
        String name = "shop-" + release.name().toLowerCase(java.util.Locale.ROOT);
        String[] place = {"--namespace", name, "--wait", "--timeout", "60s"};
        assertThat(helm(release, tools, List.of("install", name, chart, "--create-namespace"), place))
                .contains("STATUS: deployed");
        assertThat(drawn(name, "configmap/" + name + "-page", "{.data.text}")).isEqualTo("one");
        assertThat(drawn(name, "deployment/" + name, "{.status.readyReplicas}")).isEqualTo("1");
        assertThat(drawn(name, "job/" + name + "-pre-install", "{.status.succeeded}"))
                .isEqualTo("1");
        assertThat(drawn(name, "till/" + name, "{.spec.number}")).isEqualTo("1");
        assertThat(helm(release, tools, List.of("upgrade", name, chart, "--set", "text=two,replicas=2"), place))
                .contains("REVISION: 2");
        assertThat(drawn(name, "configmap/" + name + "-page", "{.data.text}")).isEqualTo("two");
        assertThat(drawn(name, "deployment/" + name, "{.status.readyReplicas}")).isEqualTo("2");
        assertThat(helm(release, tools, List.of("test", name), "--namespace", name))
                .contains("Succeeded");
        String _ = helm(release, tools, List.of("rollback", name, "1"), place);
        assertThat(drawn(name, "configmap/" + name + "-page", "{.data.text}")).isEqualTo("one");
        assertThat(helm(release, tools, List.of("history", name), "--namespace", name))
                .contains("Rollback to 1");
        assertThat(helm(release, tools, List.of("list", "--all-namespaces"))).contains(name);
        String _ = helm(release, tools, List.of("uninstall", name), place);
        assertThat(machine.kubectl("get", "deployments,configmaps", "-n", name, "-o", "name")
                        .run()
                        .must()
                        .lines())
                .containsExactly("configmap/kube-root-ca.crt");
    }

    private static String helm(Release release, KubeTools tools, List<String> words, String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return tool(release, tools.helm(), all.toArray(String[]::new))
                .within(java.time.Duration.ofSeconds(90))
                .run()
                .must();
    }

    private static String drawn(String namespace, String what, String path) {
        return machine.kubectl("get", what, "-n", namespace, "-o", "jsonpath=" + path)
                .run()
                .must();
    }

    private static byte[] noise(int count) {
        byte[] noise = new byte[count];
        new Random(count).nextBytes(noise);
        return noise;
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void runsCommandsOverSpdy(Release release) throws IOException {
        Command.Result seven = kubectl(
                        release, "exec", "talks", "--", "sh", "-c", "echo inside; echo wrong >&2; exit 7")
                .run();
        assertThat(seven.exit()).as(seven.err()).isEqualTo(7);
        assertThat(seven.out()).isEqualTo("inside\n");
        assertThat(seven.err()).startsWith("wrong\n");
        String much = HexFormat.of().formatHex(noise(MUCH / 2));
        assertThat(kubectl(release, "exec", "-i", "talks", "--", "cat")
                        .reading(much.getBytes(UTF_8))
                        .run()
                        .must())
                .isEqualTo(much);
        assertThat(kubectl(release, "exec", "talks", "--", "no-such-program")
                        .run()
                        .exit())
                .isNotZero();
        assertThat(kubectl(release, "exec", "nobody", "--", "true").run().err()).contains("\"nobody\" not found");
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void tellsTheSizeOfATerminalOverSpdy(Release release) throws IOException {
        Path script = machine.home().resolve("terminal-" + release);
        String inside = "until test \"$(busybox stty size)\" = \"33 44\"; do sleep 0.1; done; echo it fits; exit 5";
        Files.writeString(
                script,
                "stty rows 33 cols 44\n" + KubeTools.of(release).kubectl() + " exec -it talks -- sh -c '" + inside
                        + "'\n");
        Command.Result result = Command.of("script", "-qec", "sh " + script, "/dev/null")
                .with(environment(release))
                .run();
        assertThat(result.out()).contains("it fits");
        assertThat(result.exit()).as(result.out()).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void copiesFilesBothWaysOverSpdy(Release release) throws IOException {
        Path there = machine.home().resolve("there-" + release);
        Path back = machine.home().resolve("back-" + release);
        Files.write(there, noise(MUCH / 2));
        String _ = kubectl(release, "cp", there.toString(), "talks:/tmp/copy-" + release)
                .run()
                .must();
        String _ = kubectl(release, "cp", "talks:/tmp/copy-" + release, back.toString())
                .run()
                .must();
        assertThat(back).hasSameBinaryContentAs(there);
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void attachesOverSpdy(Release release) throws IOException {
        String line = "(echo from " + release + "; exec sleep 50) | "
                + KubeTools.of(release).kubectl() + " attach -i talks";
        try (Gantry attached = Gantry.start(
                "kubectl attach",
                machine.home().resolve("attach-" + release),
                environment(release),
                "bash -c '" + line + "'")) {
            attached.awaitLine("got from " + release);
        }
        Command.Result run = kubectl(
                        release,
                        "run",
                        "once",
                        "-i",
                        "--rm",
                        "--restart=Never",
                        "--image=" + Engine.IMAGE,
                        "--command",
                        "--",
                        "sh",
                        "-c",
                        "while read x; do echo got $x; done; exit 3")
                .reading("a line\n".getBytes(UTF_8))
                .run();
        assertThat(run.out()).contains("got a line", "pod \"once\" deleted");
        assertThat(run.exit()).as(run.err()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(Release.class)
    void forwardsPortsOverSpdy(Release release) throws Exception {
        int port = 23750 + 2 * release.ordinal();
        String line =
                KubeTools.of(release).kubectl() + " port-forward pod/talks " + port + ":8080 " + (port + 1) + ":9";
        try (Gantry forward = Gantry.start(
                        "kubectl port-forward",
                        machine.home().resolve("forward-" + release),
                        environment(release),
                        line)
                .awaitLine("Forwarding from 127.0.0.1:" + (port + 1))) {
            HttpClient client = HttpClient.newHttpClient();
            List<CompletableFuture<HttpResponse<byte[]>>> answers = Stream.generate(
                            () -> client.sendAsync(get(port, "/big"), HttpResponse.BodyHandlers.ofByteArray()))
                    .limit(4)
                    .toList();
            byte[] first = answers.getFirst().get(60, TimeUnit.SECONDS).body();
            assertThat(first).hasSize(MUCH);
            for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS).body()).isEqualTo(first);
            }
            assertThatThrownBy(() -> client.send(get(port + 1, "/"), HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
            forward.awaitLine("error forwarding port 9 to pod talks: port 9 at ");
        }
    }

    private static HttpRequest get(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .build();
    }
}
