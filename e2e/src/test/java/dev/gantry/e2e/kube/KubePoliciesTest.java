package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.ShellImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Network policies with kubectl, between real containers on two machines of the test: on the same one and across. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubePoliciesTest {

    /** One pod on each machine, which serves at two ports, and can ask. */
    private static final String CROWD = """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - name: main
                image: %3$s
                command: [sh, -c, "mkdir -p /tmp/www; busybox hostname > /tmp/www/index.html; busybox httpd -p 9090 -h /tmp/www; exec busybox httpd -f -p 8080 -h /tmp/www"]
                ports: [{name: serve, containerPort: 8080}, {name: admin, containerPort: 9090}]
                readinessProbe: {httpGet: {path: /, port: serve}, periodSeconds: 1, failureThreshold: 1}
        """;

    private static final String SERVICE = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: serve}]}
        """;

    private static final int SERVE = 8080;
    private static final int ADMIN = 9090;

    private static KubeFleet kube;

    /**
     * The pods of a set, in the order of the machines.
     *
     * @param addresses of the same pods
     */
    private record Crowd(List<String> pods, List<String> addresses) {}

    private static final Map<String, Crowd> CROWDS = new HashMap<>();

    @BeforeAll
    static void start() throws IOException {
        kube = KubeFleet.start(2);
        kube.hosts().all().parallelStream().forEach(host -> ShellImage.on(host.engine()));
        for (Host host : kube.hosts().all()) {
            // Not every engine asks for it; then pods of one machine would pass by the rules.
            String _ = Command.of("sysctl", "-w", "net.bridge.bridge-nf-call-iptables=0")
                    .inNamespace(host.namespace())
                    .run()
                    .must();
        }
        String _ = kubectl("create", "namespace", "team");
        kube.apply(SERVICE);
        for (String set : List.of("default/web", "default/client", "default/other", "team/client")) {
            kube.apply(CROWD.formatted(name(set), namespace(set), ShellImage.NAME));
        }
        for (String set : List.of("default/web", "default/client", "default/other", "team/client")) {
            String _ = kubectl("rollout", "status", "-n", namespace(set), "daemonset/" + name(set), "--timeout=60s");
            CROWDS.put(set, new Crowd(drawn(set, "{.metadata.name}"), drawn(set, "{.status.podIP}")));
        }
        await("the service", () -> through("default/client", 20).size() == 2);
    }

    @AfterAll
    static void stop() {
        if (kube != null) {
            kube.close();
        }
    }

    @AfterEach
    void clear() {
        String _ = kubectl("delete", "networkpolicies", "--all", "--all-namespaces");
    }

    private static String kubectl(String... words) {
        return kube.kubectl(words).run().must();
    }

    private static String namespace(String set) {
        return set.substring(0, set.indexOf('/'));
    }

    private static String name(String set) {
        return set.substring(set.indexOf('/') + 1);
    }

    /** Names of the set's pods, in the order of the machines. */
    private static List<String> pods(String set) {
        return Objects.requireNonNull(CROWDS.get(set)).pods();
    }

    /** Their addresses. */
    private static List<String> addresses(String set) {
        return Objects.requireNonNull(CROWDS.get(set)).addresses();
    }

    private static List<String> drawn(String set, String part) {
        String range = "jsonpath={range .items[*]}" + part + "{\"\\n\"}{end}";
        return kubectl(
                        "get",
                        "pods",
                        "-n",
                        namespace(set),
                        "-l",
                        "app=" + name(set),
                        "--sort-by=.spec.nodeName",
                        "-o",
                        range)
                .lines()
                .toList();
    }

    /** @param rules without what every policy has */
    private static void policy(String name, String app, String rules) {
        kube.apply("""
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: %s}
            spec: {podSelector: {matchLabels: {app: %s}}, %s}
            """.formatted(name, app, rules));
    }

    /** Which of the set's pods reach which pods of web: "0>1" is from the first machine to the second. */
    private static Set<String> reaching(String set, int port) {
        return IntStream.range(0, pods(set).size())
                .parallel()
                .mapToObj(from -> reachingFrom(set, from, port))
                .flatMap(String::lines)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All at once, because who is denied is not told so, but waits. */
    private static String reachingFrom(String set, int from, int port) {
        StringBuilder script = new StringBuilder();
        List<String> targets = addresses("default/web");
        for (int to = 0; to < targets.size(); to++) {
            script.append("(busybox timeout 1 bash -c 'exec 3<>/dev/tcp/%s/%d' 2>/dev/null && echo '%d>%d') & "
                    .formatted(targets.get(to), port, from, to));
        }
        Command.Result said = kube.kubectl(
                        "exec", "-n", namespace(set), pods(set).get(from), "--", "sh", "-c", script + "wait")
                .run();
        // A controller that has just begun may not know the node yet.
        return said.exit() == 0 ? said.out() : "unknown";
    }

    /** Who answers the set's first pod at the service web, asked so many times. */
    private static Set<String> through(String set, int times) {
        String script = "for i in $(busybox seq " + times + "); do (" + ShellImage.get("web", 80)
                + " 2>/dev/null || echo nobody) & done; wait";
        return kube.kubectl(
                        "exec",
                        "-n",
                        namespace(set),
                        pods(set).getFirst(),
                        "--",
                        "sh",
                        "-c",
                        script.replace("timeout 5", "timeout 1"))
                .run()
                .must()
                .lines()
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static final Set<String> ALL = Set.of("0>0", "0>1", "1>0", "1>1");
    private static final Set<String> NONE = Set.of();

    private static void awaitReach(String set, int port, Set<String> wanted) {
        await(
                set + " to reach " + wanted + " at " + port,
                () -> reaching(set, port).equals(wanted));
    }

    private static void awaitReach(String set, Set<String> wanted) {
        awaitReach(set, SERVE, wanted);
    }

    @Test
    @Order(1)
    void letsNobodyInWhereNoRuleDoesButTheNode() {
        assertThat(reaching("default/client", SERVE)).isEqualTo(ALL);
        policy("closed", "web", "policyTypes: [Ingress]");
        awaitReach("default/client", NONE);
        assertThat(through("default/client", 3)).containsExactly("nobody");
        assertThat(reaching("team/client", SERVE)).isEqualTo(NONE);
        for (Host host : kube.hosts().all()) {
            String own = addresses("default/web").stream()
                    .filter(address -> isOn(host, address))
                    .findFirst()
                    .orElseThrow();
            assertThat(Command.of("bash", "-c", ShellImage.get(own, SERVE))
                            .inNamespace(host.namespace())
                            .run()
                            .must())
                    .startsWith("web-");
        }
        // Each second a probe asks.
        assertThat(drawn("default/web", "{.status.conditions[?(@.type=='Ready')].status}"))
                .containsExactly("True", "True");
        assertThat(kubectl("get", "networkpolicies")).containsPattern("closed +app=web +\\d+s");
        assertThat(kubectl("describe", "netpol", "closed"))
                .contains("Not affecting egress traffic", "Policy Types: Ingress");
    }

    private static boolean isOn(Host host, String address) {
        return Command.of("ip", "-o", "route", "get", address)
                .inNamespace(host.namespace())
                .run()
                .must()
                .contains("dev gantry");
    }

    @Test
    @Order(2)
    void letsPodsInByTheirLabels() {
        policy("friends", "web", "ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]");
        awaitReach("default/other", NONE);
        awaitReach("default/client", ALL);
        assertThat(reaching("team/client", SERVE)).as("of another namespace").isEqualTo(NONE);
        assertThat(through("default/client", 20)).isEqualTo(new TreeSet<>(pods("default/web")));
        assertThat(through("default/other", 3)).containsExactly("nobody");
        String _ = kubectl("label", "pod", pods("default/other").getFirst(), "friend=yes");
        policy("more", "web", "ingress: [{from: [{podSelector: {matchLabels: {friend: 'yes'}}}]}]");
        awaitReach("default/other", Set.of("0>0", "0>1"));
        String _ = kubectl("label", "pod", pods("default/other").getFirst(), "friend-");
        awaitReach("default/other", NONE);
        assertThat(reaching("default/client", SERVE)).isEqualTo(ALL);
    }

    @Test
    @Order(2)
    void followsTheLabelsOfWhomItGuards() {
        kube.apply("""
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: strict}
            spec: {podSelector: {matchLabels: {strict: 'yes'}}}
            """);
        String _ = kubectl("label", "pod", pods("default/web").getLast(), "strict=yes");
        awaitReach("default/client", Set.of("0>0", "1>0"));
        String _ = kubectl("label", "pod", pods("default/web").getLast(), "strict-");
        awaitReach("default/client", ALL);
    }

    @Test
    @Order(3)
    void letsPodsInByTheirNamespace() {
        policy(
                "team",
                "web",
                "ingress: [{from: [{namespaceSelector: {matchLabels: {trusted: 'yes'}}, podSelector: {matchLabels:"
                        + " {app: client}}}]}]");
        awaitReach("default/client", NONE);
        assertThat(reaching("team/client", SERVE)).isEqualTo(NONE);
        String _ = kubectl("label", "namespace", "team", "trusted=yes");
        awaitReach("team/client", ALL);
        assertThat(reaching("default/client", SERVE)).isEqualTo(NONE);
        String _ = kubectl("label", "namespace", "team", "trusted-");
        awaitReach("team/client", NONE);
    }

    @Test
    @Order(4)
    void letsAddressesInButForExceptions() {
        String except = addresses("default/other").getFirst();
        policy("block", "web", "ingress: [{from: [{ipBlock: {cidr: 10.42.0.0/16, except: [" + except + "/32]}}]}]");
        awaitReach("default/other", Set.of("1>0", "1>1"));
        assertThat(reaching("default/client", SERVE)).isEqualTo(ALL);
    }

    @Test
    @Order(5)
    void letsPortsInByNumberRangeAndName() {
        policy("ports", "web", "ingress: [{ports: [{port: 9000, endPort: 9100}]}]");
        awaitReach("default/client", SERVE, NONE);
        awaitReach("default/client", ADMIN, ALL);
        policy("ports", "web", "ingress: [{ports: [{port: serve}]}]");
        awaitReach("default/client", ADMIN, NONE);
        awaitReach("default/client", SERVE, ALL);
        policy("ports", "web", "ingress: [{ports: [{port: 8080, protocol: UDP}]}]");
        awaitReach("default/client", SERVE, NONE);
    }

    @Test
    @Order(6)
    void letsPodsOutToWhomARuleNames() {
        policy("inside", "client", "policyTypes: [Egress]");
        awaitReach("default/client", NONE);
        assertThat(reaching("default/other", SERVE)).isEqualTo(ALL);
        policy(
                "inside",
                "client",
                "policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port:"
                        + " serve}]}]");
        awaitReach("default/client", SERVE, ALL);
        assertThat(reaching("default/client", ADMIN)).isEqualTo(NONE);
        // The name server of its node is a part of the node.
        assertThat(through("default/client", 20)).isEqualTo(new TreeSet<>(pods("default/web")));
        policy("closed", "web", "policyTypes: [Ingress]");
        awaitReach("default/client", NONE);
    }

    @Test
    @Order(7)
    void guardsAPodBeforeItStarts() {
        policy("inside", "hasty", "policyTypes: [Egress]");
        await("the policy on both machines", () -> isKnown("inside"));
        List<String> pods = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            pods.add("hasty-" + i);
            kube.apply(
                    """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: hasty-%d, labels: {app: hasty}}
                    spec:
                      restartPolicy: Never
                      terminationGracePeriodSeconds: 1
                      containers:
                      - name: main
                        image: %s
                        command: [sh, -c, "for i in 1 2 3 4 5; do busybox timeout 1 bash -c 'exec 3<>/dev/tcp/%s/8080' 2>/dev/null && echo reached; done; echo done"]
                    """.formatted(i, ShellImage.NAME, addresses("default/web").get(i % 2)));
        }
        for (String pod : pods) {
            String _ = kubectl("wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/" + pod, "--timeout=60s");
            assertThat(kubectl("logs", pod)).isEqualTo("done\n");
        }
    }

    private static boolean isKnown(String policy) {
        return kube.hosts().all().stream()
                .allMatch(host -> Command.of(
                                        "grep",
                                        "-q",
                                        policy,
                                        kube.fleet()
                                                .agentHome(host)
                                                .resolve("routes.pb")
                                                .toString())
                                .run()
                                .exit()
                        == 0);
    }

    @Test
    @Order(8)
    void leavesNoRuleBehind() {
        policy("closed", "web", "policyTypes: [Ingress]");
        awaitReach("default/client", NONE);
        String _ = kubectl("delete", "networkpolicy", "closed");
        awaitReach("default/client", ALL);
        for (Host host : kube.hosts().all()) {
            await(
                    "the table of policies to be gone",
                    () -> !Command.of("nft", "list", "tables")
                            .inNamespace(host.namespace())
                            .run()
                            .must()
                            .contains("_policies"));
        }
    }

    @Test
    @Order(9)
    void goesOnWithoutAController() throws IOException, InterruptedException {
        policy("friends", "web", "ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]");
        awaitReach("default/other", NONE);
        awaitReach("default/client", ALL);
        List<Host> hosts = kube.hosts().all();
        List<Command> denied = new ArrayList<>();
        List<Command> allowed = new ArrayList<>();
        for (int i = 0; i < hosts.size(); i++) {
            for (String target : addresses("default/web")) {
                denied.add(asking(pods("default/other").get(i), target));
                allowed.add(asking(pods("default/client").get(i), target));
            }
        }
        kube.fleet().controller(0).kill();
        for (Host host : hosts) {
            kube.fleet().agent(host).kill();
        }
        assertThat(denied).noneMatch(KubePoliciesTest::isThrough);
        assertThat(allowed).allMatch(KubePoliciesTest::isThrough);
        for (Host host : hosts) {
            // As if the machine had come up anew.
            Command.of(
                            "sh",
                            "-c",
                            "for t in $(nft list tables | grep -o 'gantry_.*_policies'); do nft delete table ip $t;"
                                    + " done")
                    .inNamespace(host.namespace())
                    .run();
            kube.fleet().agent(host).restart();
        }
        await("the agents to guard again", () -> denied.parallelStream().noneMatch(KubePoliciesTest::isThrough));
        assertThat(allowed).allMatch(KubePoliciesTest::isThrough);
        kube.fleet().controller(0).restart();
        kube.fleet().controller(0).awaitLine("ready (");
        awaitReach("default/client", ALL);
        assertThat(reaching("default/other", SERVE)).isEqualTo(NONE);
    }

    /** By the engine, which needs no controller. */
    private static Command asking(String pod, String target) {
        Host host = kube.hostOf(pod);
        return host.engine()
                .docker(
                        "exec",
                        KubeFleet.container(host, pod),
                        "sh",
                        "-c",
                        "busybox timeout 1 bash -c 'exec 3<>/dev/tcp/" + target + "/8080' 2>/dev/null");
    }

    private static boolean isThrough(Command asking) {
        return asking.run().exit() == 0;
    }
}
