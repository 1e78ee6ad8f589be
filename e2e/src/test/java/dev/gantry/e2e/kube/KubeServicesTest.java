package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.ShellImage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Services with kubectl, real containers and the kernels' rules of two machines of the test. The order is that of their end. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubeServicesTest {

    private static final String WEB = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %1$s
                command: [sh, -c, "mkdir -p /tmp/www; busybox hostname > /tmp/www/index.html; exec busybox httpd -f -v -p 8080 -h /tmp/www"]
                ports: [{name: serve, containerPort: 8080}]
                readinessProbe: {httpGet: {path: /, port: serve}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: serve}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: sticky}
        spec: {selector: {app: web}, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: outside}
        spec: {selector: {app: web}, type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: alias}
        spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: db}
        spec: {clusterIP: None, selector: {app: db}, ports: [{name: sql, port: 5432}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          replicas: 2
          serviceName: db
          selector: {matchLabels: {app: db}}
          template:
            metadata: {labels: {app: db}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: main, image: %1$s, command: [sh, -c, "while true; do sleep 0.1; done"]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: main, image: %1$s, command: [sh, -c, "while true; do sleep 0.1; done"]}
        """;

    /** A pod on each machine that may look at pods. */
    private static final String INSIDE = """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: looker}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: Role
        metadata: {name: looker}
        rules: [{apiGroups: [""], resources: [pods], verbs: [get, list, watch]}]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: looker}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: looker}
        subjects: [{kind: ServiceAccount, name: looker, namespace: default}]
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: inside}
        spec:
          selector: {matchLabels: {app: inside}}
          template:
            metadata: {labels: {app: inside}}
            spec:
              serviceAccountName: looker
              terminationGracePeriodSeconds: 1
              containers:
              - {name: main, image: %s, command: [/kubectl, proxy, --port=8001]}
        """;

    private static KubeFleet kube;

    @BeforeAll
    static void start() throws IOException {
        kube = KubeFleet.start(2);
        kube.hosts().all().parallelStream().forEach(host -> ShellImage.on(host.engine()));
        kube.apply(WEB.formatted(ShellImage.NAME));
        kube.awaitRollout("deployment/web");
        kube.awaitRollout("statefulset/db");
        String _ = kubectl("wait", "--for=condition=Ready", "pod/client", "--timeout=60s")
                .run()
                .must();
        await("both pods behind web", () -> reached("client", "web").equals(pods("web")));
    }

    @AfterAll
    static void stop() {
        if (kube != null) {
            kube.close();
        }
    }

    private static Command kubectl(String... words) {
        return kube.kubectl(words);
    }

    private static Set<String> pods(String app) {
        return kube.pods(app);
    }

    private static String podAddress(String pod) {
        return kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}")
                .run()
                .must();
    }

    private static Command.Result inPod(String pod, String script) {
        return kube.inPod(pod, script);
    }

    /** Who answers so many requests; those that fail are an answer, too. */
    private static String requests(String host, int port, int times) {
        return "for i in $(busybox seq " + times + "); do " + ShellImage.get(host, port) + " 2>&1 || echo failed; done";
    }

    private static Set<String> reached(String pod, String host, int port, int times) {
        return answers(inPod(pod, requests(host, port, times)));
    }

    private static Set<String> reached(String pod, String host) {
        return reached(pod, host, 80, 20);
    }

    private static Set<String> answers(Command.Result result) {
        return new TreeSet<>(result.out().lines().map(String::strip).toList());
    }

    private static String address(String service) {
        return kubectl("get", "service", service, "-o", "jsonpath={.spec.clusterIP}")
                .run()
                .must();
    }

    @Test
    @Order(1)
    void leadsANameToAllPods() {
        assertThat(reached("client", "web")).isEqualTo(pods("web"));
        assertThat(reached("client", "web.default.svc.cluster.local")).isEqualTo(pods("web"));
        assertThat(reached("client", address("web"))).isEqualTo(pods("web"));
    }

    @Test
    @Order(1)
    void connectsPodsOfAllMachinesWithAddressesOfTheirOwn() {
        assertThat(pods("web").stream().map(kube::hostOf).distinct())
                .as("machines with a pod of web")
                .hasSize(2);
        String client = podAddress("client");
        String subnets = kubectl("get", "nodes", "-o", "jsonpath={.items[*].spec.podCIDR}")
                .run()
                .must();
        assertThat(subnets).contains(client.substring(0, client.lastIndexOf('.')) + ".0/24");
        for (String pod : pods("web")) {
            assertThat(reached("client", podAddress(pod), 8080, 1)).containsExactly(pod);
            assertThat(kubectl("logs", pod).run().must())
                    .as("who asked %s", pod)
                    .contains("[::ffff:" + client + "]");
        }
    }

    @Test
    @Order(2)
    void showsServicesAndWhatTheyLeadTo() {
        assertThat(kubectl("get", "services").run().must())
                .containsPattern("outside +NodePort +10\\.43\\.\\d+\\.\\d+ +<none> +80:30080/TCP")
                .containsPattern("alias +ExternalName +<none> +web\\.default\\.svc\\.cluster\\.local");
        assertThat(kubectl("get", "endpoints", "web").run().must()).containsPattern("web +[\\d.]+:8080,[\\d.]+:8080");
        assertThat(kubectl("describe", "service", "web").run().must()).containsPattern("Endpoints: +[\\d.]+:8080");
        assertThat(kubectl("get", "endpointslices").run().must()).containsPattern("web-\\w{5} +IPv4 +8080");
    }

    @Test
    @Order(3)
    void letsAPodReachItselfThroughItsService() {
        for (String pod : pods("web")) {
            assertThat(reached(pod, "web")).isEqualTo(pods("web"));
        }
    }

    @Test
    @Order(4)
    void keepsAClientWithOnePodWhereThatIsWanted() {
        assertThat(reached("client", "sticky")).hasSize(1).isSubsetOf(pods("web"));
    }

    @Test
    @Order(5)
    void opensAPortOfTheNode() {
        for (Host host : kube.hosts().all()) {
            assertThat(answers(fetching(host.address(), 30080).run()))
                    .as("from outside")
                    .isEqualTo(pods("web"));
            assertThat(reached("client", host.address(), 30080, 20)).isEqualTo(pods("web"));
            assertThat(answers(fetching(address("web"), 80)
                            .inNamespace(host.namespace())
                            .run()))
                    .as("from the node itself")
                    .isEqualTo(pods("web"));
        }
    }

    private static Command fetching(String host, int port) {
        return Command.of("bash", "-c", requests(host, port, 20));
    }

    @Test
    @Order(6)
    void namesThePodsOfAHeadlessService() {
        String one = podAddress("db-1");
        assertThat(inPod("client", "busybox nslookup db-1.db.default.svc.cluster.local")
                        .out())
                .contains("Address: " + one);
        assertThat(inPod("client", "busybox nslookup db.default.svc.cluster.local")
                        .out())
                .contains("Address: " + one);
        assertThat(inPod("client", "busybox nslookup -type=srv _sql._tcp.db.default.svc.cluster.local")
                        .out())
                .contains("5432 db-1.db.default.svc.cluster.local");
        assertThat(inPod("client", "busybox nslookup db-7.db.default.svc.cluster.local 2>&1")
                        .out())
                .contains("NXDOMAIN");
        assertThat(inPod("client", "busybox nslookup " + address("web")).out())
                .contains("name = web.default.svc.cluster.local");
    }

    @Test
    @Order(7)
    void tellsPodsOfServicesInTheirVariables() {
        String address = kubectl("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}")
                .run()
                .must();
        Command.Result run = kubectl(
                        "run",
                        "vars",
                        "-i",
                        "--rm",
                        "--restart=Never",
                        "--image=" + ShellImage.NAME,
                        "--command",
                        "--",
                        "sh",
                        "-c",
                        "read x; busybox env")
                .reading("go\n".getBytes(UTF_8))
                .run();
        assertThat(run.out())
                .as(run.err())
                .contains(
                        "WEB_SERVICE_HOST=" + address, "WEB_SERVICE_PORT_HTTP=80", "WEB_PORT=tcp://" + address + ":80");
    }

    @Test
    @Order(7)
    void followsAnotherName() {
        assertThat(reached("client", "alias")).isEqualTo(pods("web"));
    }

    @Test
    @Order(7)
    void letsPodsAskTheApiAsWhoeverTheirAccountIs() {
        for (Host host : kube.hosts().all()) {
            KubectlImage.on(host.engine());
        }
        kube.apply(INSIDE.formatted(KubectlImage.NAME));
        kube.awaitRollout("daemonset/inside");
        for (String pod : pods("inside")) {
            Command.Result own = kubectl("exec", pod, "--", "/kubectl", "get", "pods", "-l", "app=inside", "-o", "name")
                    .run();
            assertThat(own.out().lines())
                    .as("%s from %s", own.err(), kube.hostOf(pod))
                    .containsExactlyInAnyOrderElementsOf(
                            pods("inside").stream().map(name -> "pod/" + name).toList());
            assertThat(kubectl("exec", pod, "--", "/kubectl", "get", "secrets")
                            .run()
                            .err())
                    .contains("User \"system:serviceaccount:default:looker\" cannot list resource \"secrets\"");
        }
    }

    @Test
    @Order(8)
    void goesOnWithoutAController() throws IOException, InterruptedException {
        String there = String.join(" ", pods("web"));
        Host host = kube.hostOf("client");
        String client = KubeFleet.container(host, "client");
        kube.fleet().controller(0).kill();
        kube.fleet().agent(host).kill();
        kube.fleet().agent(host).restart();
        Command asking = host.engine().docker("exec", client, "sh", "-c", requests("web", 80, 20));
        // The name server is back before the agent finds a controller.
        await("the agent to be back", () -> !answers(asking.run()).contains("failed"));
        Set<String> answers = answers(asking.run());
        kube.fleet().controller(0).restart();
        kube.fleet().controller(0).awaitLine("ready (");
        assertThat(String.join(" ", answers)).isEqualTo(there);
    }

    @Test
    @Order(9)
    void refusesAtOnceWhatNobodyServes() {
        String _ = kubectl("scale", "deployment/web", "--replicas=0").run().must();
        await("refusal", () -> reached("client", "web", 80, 1).toString().contains("refused"));
        long began = System.nanoTime();
        assertThat(reached("client", "web", 80, 1).toString()).contains("Connection refused");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        String _ = kubectl("scale", "deployment/web", "--replicas=1").run().must();
        await("the new pod", () -> reached("client", "web", 80, 5).equals(pods("web")));
    }

    @Test
    @Order(10)
    void takesRequestsForALoadBalancerAtEachNode() {
        String _ = kubectl(
                        "expose",
                        "deployment/web",
                        "--name=front",
                        "--type=LoadBalancer",
                        "--port=8088",
                        "--target-port=8080")
                .run()
                .must();
        Set<String> hosts =
                kube.hosts().all().stream().map(Host::address).collect(Collectors.toCollection(TreeSet::new));
        await("the nodes' addresses", () -> hosts.equals(balancers("front")));
        for (String host : hosts) {
            await(
                    "the rules of " + host,
                    () -> answers(fetching(host, 8088).run()).equals(pods("web")));
            assertThat(reached("client", host, 8088, 5)).isEqualTo(pods("web"));
        }
        admit("203.0.113.0/24");
        await("nobody to be let in", () -> answers(fetchingOnce(hosts).run()).equals(Set.of("failed")));
        admit("203.0.113.0/24\", \"10.213.0.0/24");
        await(
                "those of the range to be let in",
                () -> answers(fetchingOnce(hosts).run()).equals(pods("web")));
    }

    private static Set<String> balancers(String service) {
        String all = kubectl("get", "service", service, "-o", "jsonpath={.status.loadBalancer.ingress[*].ip}")
                .run()
                .must();
        return new TreeSet<>(List.of(all.split(" ")));
    }

    private static void admit(String ranges) {
        String _ = kubectl(
                        "patch",
                        "service",
                        "front",
                        "-p",
                        "{\"spec\": {\"loadBalancerSourceRanges\": [\"" + ranges + "\"]}}")
                .run()
                .must();
    }

    /** With less patience than others have. */
    private static Command fetchingOnce(Set<String> hosts) {
        String all = String.join(" ", hosts);
        return Command.of(
                "bash",
                "-c",
                "for host in " + all + "; do timeout 2 busybox wget -q -O - http://$host:8088/ || echo failed; done");
    }

    @Test
    @Order(11)
    void leavesNoRuleBehindButThatOfTheApi() {
        String web = address("web");
        assertThat(rules()).contains(web + " . tcp . 80");
        String _ = kubectl("delete", "services", "--all").run().must();
        await("the rules to be gone", () -> !rules().contains(web) && rules().contains("10.43.0.1 . tcp . 443"));
        assertThat(kubectl("get", "endpoints,services", "-o", "name")
                        .run()
                        .must()
                        .lines())
                .containsExactly("endpoints/kubernetes", "service/kubernetes");
        await(
                "the slices to be gone",
                () -> kubectl("get", "endpointslices", "-o", "name")
                        .run()
                        .must()
                        .matches("endpointslice\\.discovery\\.k8s\\.io/kubernetes-\\w{5}\n"));
        assertThat(inPod("client", "busybox nslookup web.default.svc.cluster.local 2>&1")
                        .out())
                .contains("NXDOMAIN");
    }

    private static String rules() {
        return Command.of("nft", "list", "ruleset")
                .inNamespace(kube.hosts().get(0).namespace())
                .run()
                .must();
    }
}
