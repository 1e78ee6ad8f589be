package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.proto.ServingAnswer;
import dev.gantry.proto.ServingAnswer.Serving;
import dev.gantry.proto.ServingQuestion;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a person does with kubectl in the first hour. */
@Tag("e2e")
class KubectlTest {

    private static final String MAP = """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: %s
          labels: {app: x}
        data: {a: "%s"}
        """;

    private static final String POD = """
        apiVersion: v1
        kind: Pod
        metadata: {name: one}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: %s
            command: [sh, -c, "echo hello; while true; do sleep 0.1; done"]
        """;

    private static final String FULL = """
        apiVersion: v1
        kind: Pod
        metadata: {name: full, namespace: %1$s}
        spec:
          terminationGracePeriodSeconds: 1
          initContainers:
          - name: init
            image: %2$s
            command: [sh, -c, "echo made > /scratch/x"]
            volumeMounts: [{name: work, mountPath: /scratch}]
          containers:
          - name: main
            image: %2$s
            command:
            - sh
            - -c
            - "echo $(cat /scratch/x) $COLOUR $PASSWORD $NAME $(cat /conf/colour); touch /ready; while true; do sleep 0.1; done"
            env:
            - {name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}
            - {name: PASSWORD, valueFrom: {secretKeyRef: {name: key, key: password}}}
            - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            readinessProbe: {exec: {command: [test, -e, /ready]}, periodSeconds: 1}
            resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
            volumeMounts: [{name: work, mountPath: /scratch}, {name: conf, mountPath: /conf}]
          - name: side
            image: %2$s
            command: [sh, -c, "while true; do sleep 0.1; done"]
          volumes:
          - {name: work, emptyDir: {}}
          - {name: conf, configMap: {name: settings}}
        """;

    private static final String PROBED = """
        apiVersion: v1
        kind: Pod
        metadata: {name: %1$s}
        spec:
          hostNetwork: true
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: %2$s
            command: [sh, -c, "while true; do sleep 0.1; done"]
            readinessProbe: {grpc: {port: %3$d, service: %1$s}, periodSeconds: 1}
        """;

    private static final MethodDescriptor<ServingQuestion, ServingAnswer> CHECK =
            MethodDescriptor.<ServingQuestion, ServingAnswer>newBuilder()
                    .setType(MethodType.UNARY)
                    .setFullMethodName("grpc.health.v1.Health/Check")
                    .setRequestMarshaller(ProtoUtils.marshaller(ServingQuestion.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(ServingAnswer.getDefaultInstance()))
                    .build();

    private static final String CHOOSY = """
        apiVersion: v1
        kind: Pod
        metadata: {name: choosy}
        spec:
          terminationGracePeriodSeconds: 1
          nodeSelector: {disk: ssd}
          containers:
          - name: main
            image: %s
            command: [sh, -c, "while true; do sleep 0.1; done"]
        """;

    private static final String SERVING = """
        apiVersion: v1
        kind: Pod
        metadata: {name: serving}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: %s
            command:
            - sh
            - -c
            - "echo small > /tmp/small; head -c 3000000 /dev/zero > /tmp/big; exec httpd -f -p 8080 -h /tmp"
            readinessProbe: {httpGet: {path: /big, port: 8080}, periodSeconds: 1}
        """;

    private static final String CRASHING = """
        apiVersion: v1
        kind: Pod
        metadata: {name: crashing}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: %s
            command:
            - sh
            - -c
            - "n=$(cat /runs/n || echo 0); echo run $n; echo wrong $n >&2; echo $((n+1)) > /runs/n; test $n = 1 || exit 3; sleep 1000"
            volumeMounts: [{name: runs, mountPath: /runs}]
          volumes: [{name: runs, emptyDir: {}}]
        """;

    private static KubeMachine machine;

    private static final String TOLERANT = """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: c, image: "%s", command: [sh, -c, "while true; do sleep 0.1; done"]}
          tolerations: %s
        """;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start("gantry-kubectl", "10.218.0.1/24", 23566);
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    @Test
    void appliesReadsChangesAndDeletesObjects() {
        assertThat(apply(MAP.formatted("life", "1"))).isEqualTo("configmap/life created\n");
        assertThat(apply(MAP.formatted("life", "1"))).isEqualTo("configmap/life unchanged\n");
        assertThat(apply(MAP.formatted("life", "2"))).isEqualTo("configmap/life configured\n");
        assertThat(kubectl("get", "cm", "life", "-o", "jsonpath={.data.a}")
                        .run()
                        .must())
                .isEqualTo("2");
        assertThat(kubectl("get", "cm", "-l", "app=x").run().must()).contains("NAME", "DATA", "AGE", "life");
        assertThat(kubectl("label", "cm", "life", "app=y", "--overwrite").run().must())
                .isEqualTo("configmap/life labeled\n");
        assertThat(kubectl("delete", "cm", "life").run().must()).isEqualTo("configmap \"life\" deleted\n");
        assertThat(kubectl("get", "cm", "life").run().err())
                .isEqualTo("Error from server (NotFound): configmaps \"life\" not found\n");
    }

    @Test
    void saysWhyANodeCannotBeLookedInto() {
        String node = kubectl("get", "nodes", "-o", "name").run().must().strip();
        kubectl("debug", node, "--image=" + Engine.IMAGE, "-c", "look", "--", "ls", "/host")
                .run()
                .must();
        String pod = kubectl("get", "pods", "-o", "name")
                .run()
                .must()
                .lines()
                .filter(name -> name.contains("node-debugger"))
                .findFirst()
                .orElseThrow();
        await(
                "the reason",
                () -> kubectl("describe", pod)
                        .run()
                        .must()
                        .contains("pidMode host and other namespaces of the machine are not allowed by the settings of"
                                + " this node (--allow-host-namespaces of its agent allows them)"));
        kubectl("delete", pod, "--timeout=20s").run().must();
    }

    @Test
    void forwardsPortsToAPod() throws Exception {
        apply(SERVING.formatted(Engine.IMAGE));
        String _ = kubectl("wait", "--for=condition=Ready", "pod/serving", "--timeout=60s")
                .run()
                .must();
        try (Gantry forward = Gantry.start(
                        "kubectl port-forward",
                        machine.home().resolve("forward.log"),
                        Map.of(
                                "KUBECONFIG",
                                machine.home().resolve("kubeconfig").toString()),
                        "kubectl port-forward pod/serving 23580:8080 23581:9")
                .awaitLine("Forwarding from 127.0.0.1:23581")) {
            HttpClient client = HttpClient.newHttpClient();
            // The first ones at the same time, each over a connection of its own.
            List<CompletableFuture<HttpResponse<byte[]>>> answers = Stream.generate(
                            () -> client.sendAsync(get(23580, "/big"), HttpResponse.BodyHandlers.ofByteArray()))
                    .limit(5)
                    .toList();
            for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS).body()).hasSize(3_000_000);
            }
            assertThat(client.send(get(23580, "/small"), HttpResponse.BodyHandlers.ofString())
                            .body())
                    .isEqualTo("small\n");
            assertThatThrownBy(() -> client.send(get(23581, "/"), HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
            forward.awaitLine("error forwarding port 9 to pod serving: port 9 at ");
            assertThat(forward.output()).contains("Connection refused");
        }
    }

    private static HttpRequest get(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .build();
    }

    @Test
    void appliesOnTheServer() {
        String[] onServer = {"apply", "--server-side", "-f", "-"};
        assertThat(apply(MAP.formatted("ours", "1"))).isEqualTo("configmap/ours created\n");
        assertThat(applying(MAP.formatted("ours", "2"), onServer).must())
                .as("over to the server, from what kubectl applied itself")
                .isEqualTo("configmap/ours serverside-applied\n");
        assertThat(kubectl("get", "cm", "ours", "-o", "jsonpath={.data.a}")
                        .run()
                        .must())
                .isEqualTo("2");
        Command.Result refused =
                applying(MAP.formatted("ours", "3"), "apply", "--server-side", "--field-manager=other", "-f", "-");
        assertThat(refused.err())
                .contains("Apply failed with 1 conflict: conflict with \"kubectl\": .data.a", "--force-conflicts");
        assertThat(applying(
                                MAP.formatted("ours", "3"),
                                "apply",
                                "--server-side",
                                "--field-manager=other",
                                "--force-conflicts",
                                "-f",
                                "-")
                        .must())
                .isEqualTo("configmap/ours serverside-applied\n");
        assertThat(kubectl("get", "cm", "ours", "--show-managed-fields", "-o", "yaml")
                        .run()
                        .must())
                .contains("manager: other", "operation: Apply");
        kubectl("delete", "cm", "ours").run().must();
        assertThat(applying(MAP.formatted("ours", "4"), onServer).must())
                .isEqualTo("configmap/ours serverside-applied\n");
        kubectl("delete", "cm", "ours").run().must();
    }

    private static Command.Result applying(String document, String... words) {
        return kubectl(words).reading(document.getBytes(UTF_8)).run();
    }

    @Test
    void tellsWhatIsWrongInKubectlsWords() {
        Command.Result unknown = kubectl("create", "-f", "-")
                .reading(MAP.formatted("wrong", "1").replace("data:", "datas:").getBytes(UTF_8))
                .run();
        assertThat(unknown.err()).contains("strict decoding error: unknown field \"datas\"");
        assertThat(kubectl("explain", "configmap.data").run().must()).contains("FIELD: data <map[string]string>");
    }

    @Test
    void showsTheMachine() {
        assertThat(kubectl("get", "nodes", "-o", "wide").run().must())
                .contains(
                        "Ready",
                        Command.of("uname", "-r").run().must().strip(),
                        Command.of("sh", "-c", ". /etc/os-release; echo $PRETTY_NAME")
                                .run()
                                .must()
                                .strip());
        String node = kubectl("get", "nodes", "-o", "name").run().must().strip();
        kubectl("cordon", node).run().must();
        assertThat(kubectl("get", "nodes").run().must()).contains("Ready,SchedulingDisabled");
        kubectl("uncordon", node).run().must();
    }

    /** What kubectl creates from its own words goes as protobuf. */
    @Test
    void createsFromWordsAndEmptiesANamespace() {
        kubectl("create", "namespace", "two").run().must();
        kubectl("-n", "two", "create", "configmap", "settings", "--from-literal=colour=red")
                .run()
                .must();
        kubectl("-n", "two", "create", "secret", "generic", "key", "--from-literal=password=canary")
                .run()
                .must();
        kubectl("-n", "two", "create", "serviceaccount", "bob").run().must();
        kubectl("-n", "two", "create", "role", "reader", "--verb=get", "--resource=pods")
                .run()
                .must();
        kubectl("-n", "two", "create", "rolebinding", "reads", "--role=reader", "--serviceaccount=two:bob")
                .run()
                .must();
        String bob = "--as=system:serviceaccount:two:bob";
        assertThat(kubectl("-n", "two", "auth", "can-i", "get", "pods", bob)
                        .run()
                        .must())
                .isEqualTo("yes\n");
        assertThat(kubectl("-n", "two", "auth", "can-i", "delete", "pods", bob)
                        .run()
                        .out())
                .isEqualTo("no\n");
        apply(FULL.formatted("two", Engine.IMAGE));
        kubectl("-n", "two", "wait", "--for=condition=Ready", "pod/full", "--timeout=50s")
                .run()
                .must();
        assertThat(kubectl("-n", "two", "logs", "full", "-c", "main").run().must())
                .isEqualTo("made red canary full red\n");
        kubectl("delete", "namespace", "two", "--timeout=50s").run().must();
        assertThat(kubectl("get", "namespace", "two").run().err()).contains("not found");
    }

    @Test
    void worksWithTheTokenOfAServiceAccount() {
        kubectl("create", "serviceaccount", "robot").run().must();
        kubectl("create", "rolebinding", "robot", "--clusterrole=view", "--serviceaccount=default:robot")
                .run()
                .must();
        String token = kubectl("create", "token", "robot", "--duration=20m")
                .run()
                .must()
                .strip();
        kubectl("config", "set-credentials", "robot", "--token=" + token).run().must();
        assertThat(kubectl("--user=robot", "auth", "whoami").run().must())
                .contains("system:serviceaccount:default:robot", "system:serviceaccounts:default");
        assertThat(kubectl("--user=robot", "get", "pods").run().exit()).isZero();
        assertThat(kubectl("--user=robot", "get", "nodes").run().err())
                .contains("User \"system:serviceaccount:default:robot\" cannot list resource \"nodes\"");
        kubectl("delete", "serviceaccount", "robot").run().must();
        assertThat(kubectl("--user=robot", "get", "pods").run().err()).contains("Unauthorized");
    }

    @Test
    void placesPodsByLabelsAndNotOnACordonedNode() {
        String node = kubectl("get", "nodes", "-o", "name").run().must().strip();
        apply(CHOOSY.formatted(Engine.IMAGE));
        assertThat(unscheduled("choosy")).contains("didn't match Pod's node affinity/selector");
        kubectl("cordon", node).run().must();
        kubectl("label", node, "disk=ssd").run().must();
        assertThat(unscheduled("choosy")).contains("0/1 nodes are available");
        kubectl("uncordon", node).run().must();
        kubectl("wait", "--for=condition=Ready", "pod/choosy", "--timeout=50s")
                .run()
                .must();
        kubectl("delete", "pod", "choosy").run().must();
        kubectl("label", node, "disk-").run().must();
    }

    @Test
    void keepsPodsThatTolerateATaintAndNoOthers() {
        apply(TOLERANT.formatted("meek", Engine.IMAGE, "[]"));
        apply(TOLERANT.formatted("bold", Engine.IMAGE, "[{key: a, operator: Exists}]"));
        kubectl("wait", "--for=condition=Ready", "pod/meek", "pod/bold", "--timeout=50s")
                .run()
                .must();
        kubectl("taint", "nodes", "--all", "a=b:NoExecute").run().must();
        kubectl("wait", "--for=delete", "pod/meek", "--timeout=50s").run().must();
        assertThat(kubectl("get", "pod", "bold").run().must()).contains("Running");
        assertThat(kubectl("events", "--for", "pod/meek").run().must()).contains("TaintManagerEviction");
        apply(TOLERANT.formatted("late", Engine.IMAGE, "[]"));
        assertThat(unscheduled("late"))
                .isEqualTo("0/1 nodes are available: 1 node(s) had untolerated taint(s). preemption: 0/1 nodes are"
                        + " available: 1 Preemption is not helpful for scheduling.");
        kubectl("taint", "nodes", "--all", "a-").run().must();
        kubectl("wait", "--for=condition=Ready", "pod/late", "--timeout=50s")
                .run()
                .must();
        kubectl("delete", "pod", "late", "bold").run().must();
        assertThat(kubectl("taint", "nodes", "--all", "a=b:Never").run().err()).contains("Never");
    }

    private static String unscheduled(String pod) {
        kubectl("wait", "--for=condition=PodScheduled=False", "pod/" + pod, "--timeout=20s")
                .run()
                .must();
        return kubectl("get", "pod", pod, "-o", "jsonpath={.status.conditions[?(@.type==\"PodScheduled\")].message}")
                .run()
                .must();
    }

    @Test
    void runsAPod() {
        assertThat(apply(POD.formatted(Engine.IMAGE))).isEqualTo("pod/one created\n");
        kubectl("wait", "--for=condition=Ready", "pod/one", "--timeout=50s")
                .run()
                .must();
        assertThat(kubectl("get", "pod", "one").run().must()).contains("1/1", "Running");
        assertThat(kubectl("logs", "one").run().must()).isEqualTo("hello\n");
        Command.Result seven =
                kubectl("exec", "one", "--", "sh", "-c", "echo inside; exit 7").run();
        assertThat(seven.out()).isEqualTo("inside\n");
        assertThat(seven.exit()).isEqualTo(7);
        assertThat(kubectl("exec", "-i", "one", "--", "cat")
                        .reading("piped".getBytes(UTF_8))
                        .run()
                        .must())
                .isEqualTo("piped");
        assertThat(kubectl("delete", "pod", "one").run().must()).isEqualTo("pod \"one\" deleted\n");
    }

    @Test
    void showsWhatARunWroteThatAnotherOneFollowed() {
        apply(CRASHING.formatted(Engine.IMAGE));
        await("the second run", () -> kubectl("logs", "crashing").run().out().contains("run 1"));
        assertThat(kubectl("logs", "crashing", "--previous").run().must())
                .contains("run 0", "wrong 0")
                .doesNotContain("run 1");
        assertThat(kubectl("logs", "crashing", "-p", "--tail=1", "--timestamps")
                        .run()
                        .must())
                .matches("20\\S+Z (run|wrong) 0\n");
        apply(CHOOSY.replace("choosy", "steady")
                .replace("  nodeSelector: {disk: ssd}\n", "")
                .formatted(Engine.IMAGE));
        await("the pod", () -> kubectl("logs", "steady").run().exit() == 0);
        assertThat(kubectl("logs", "steady", "--previous").run().err())
                .isEqualTo(
                        "Error from server (BadRequest): previous terminated container \"main\" in pod \"steady\" not"
                                + " found\n");
        String _ = kubectl("delete", "pod", "crashing", "steady").run().must();
    }

    @Test
    void runsAPodWhoseInputAndOutputAreTheTerminals() {
        Command.Result run = kubectl(
                        "run",
                        "talk",
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
        assertThat(run.out()).contains("got a line", "pod \"talk\" deleted");
        assertThat(run.exit()).as(run.err()).isEqualTo(3);
        assertThat(kubectl("get", "pod", "talk").run().err()).contains("NotFound");
    }

    @Test
    void attachesToARunningPod() {
        String pod = """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "asks"}, "spec": {"restartPolicy": "Never",
             "containers": [{"name": "main", "image": "%s", "stdin": true,
              "command": ["sh", "-c", "read x; echo got $x"]}]}}
            """;
        apply(pod.formatted(Engine.IMAGE));
        kubectl("wait", "--for=condition=Ready", "pod/asks", "--timeout=50s")
                .run()
                .must();
        Command.Result attached =
                kubectl("attach", "-i", "asks").reading("it\n".getBytes(UTF_8)).run();
        assertThat(attached.exit()).as(attached.err()).isZero();
        assertThat(attached.out()).contains("got it\n");
        kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/asks", "--timeout=50s")
                .run()
                .must();
        Command.Result late = kubectl("attach", "asks").run();
        assertThat(late.exit()).isNotZero();
        assertThat(late.err()).contains("cannot attach a container in a completed pod; current phase is Succeeded");
        kubectl("delete", "pod", "asks").run().must();
    }

    /** The server is this test's; the pod is on the network of the machine, and so where its node asks. */
    @Test
    void asksByGrpcWhetherAPodServes() throws IOException {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(ServerServiceDefinition.builder("grpc.health.v1.Health")
                        .addMethod(CHECK, ServerCalls.asyncUnaryCall((question, answers) -> {
                            answers.onNext(ServingAnswer.newBuilder()
                                    .setStatus(
                                            question.getService().equals("shop")
                                                    ? Serving.SERVING
                                                    : Serving.NOT_SERVING)
                                    .build());
                            answers.onCompleted();
                        }))
                        .build())
                .build()
                .start();
        try {
            for (String service : List.of("shop", "other")) {
                apply(PROBED.formatted(service, Engine.IMAGE, server.getPort()));
            }
            kubectl("wait", "--for=condition=Ready", "pod/shop", "--timeout=50s")
                    .run()
                    .must();
            await(
                    "the other pod to run",
                    () -> kubectl("get", "pod", "other").run().must().contains("Running"));
            assertThat(kubectl("get", "pod", "other").run().must()).contains("0/1");
            kubectl("delete", "pod", "shop", "other").run().must();
        } finally {
            server.shutdownNow();
        }
    }

    private static String apply(String document) {
        return machine.apply(document);
    }

    private static Command kubectl(String... words) {
        return machine.kubectl(words);
    }
}
