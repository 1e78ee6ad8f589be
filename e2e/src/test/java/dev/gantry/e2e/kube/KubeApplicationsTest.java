package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.ShellImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Applications of several kinds on three machines, as their documents are published: what befalls them, and kubectl with them. */
@Tag("e2e")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KubeApplicationsTest {

    private static final Path EXAMPLE = Gantry.root().resolve("deploy/examples/guestbook");
    private static final Path ENSEMBLE = Gantry.root().resolve("e2e/src/test/resources/kube/ensemble.yaml");

    private static final String SITE = "guestbook.test";
    private static final String BOOK = "app=guestbook";
    private static final String FRONTEND = "tier=frontend";

    private static KubeFleet kube;

    @BeforeAll
    static void start() throws IOException {
        kube = KubeFleet.start(3);
        kube.hosts().all().parallelStream().forEach(host -> {
            ShellImage.on(host.engine());
            // What `gantry up --demo` makes: the examples are documents for its users.
            String _ = host.engine()
                    .docker("tag", Engine.IMAGE, "localhost/gantry-demo/web:1")
                    .run()
                    .must();
        });
    }

    @AfterAll
    static void stop() {
        if (kube != null) {
            kube.close();
        }
    }

    private static String kubectl(String... words) {
        return kube.kubectl(words).run().must();
    }

    private static Host host(int index) {
        return kube.hosts().get(index);
    }

    private static String page(int host) {
        return Visitors.get(host(host), SITE);
    }

    private static Set<String> nodes(String label) {
        String nodes = kubectl("get", "pods", "-l", label, "-o", "jsonpath={.items[*].spec.nodeName}");
        return new TreeSet<>(List.of(nodes.split(" ")));
    }

    private static String nodeOf(String pod) {
        return kubectl("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}");
    }

    @Test
    @Order(1)
    void aGuestbookIsWrittenAtOneNodeAndReadAtAnother() {
        assertThat(kubectl("apply", "-f", EXAMPLE.toString()).lines()).allMatch(line -> line.endsWith(" created"));
        kube.awaitRollout("statefulset/store");
        kube.awaitRollout("deployment/frontend");
        assertThat(nodes(FRONTEND)).hasSize(3);
        for (int i = 0; i < 3; i++) {
            int each = i;
            await("the page at each node", () -> page(each).startsWith("HTTP/1.1 200 "));
        }
        assertThat(Visitors.post(host(0), SITE, "entry=Ada")).startsWith("HTTP/1.1 303 ");
        assertThat(page(1)).contains("<h1>Guestbook</h1>", "<li>Ada</li>");
        assertThat(page(2)).contains("<li>Ada</li>");
    }

    @Test
    @Order(2)
    void itsEntriesOutliveItsPods() {
        String before = nodeOf("store-0");
        String _ = kubectl("delete", "pod", "store-0");
        kube.awaitRollout("statefulset/store");
        assertThat(nodeOf("store-0")).isEqualTo(before);
        await("the entry", () -> page(0).contains("<li>Ada</li>"));
        String _ = kubectl("delete", "pods", "-l", FRONTEND, "--wait=false");
        kube.awaitRollout("deployment/frontend");
        await("the page", () -> page(1).contains("<li>Ada</li>"));
    }

    @Test
    @Order(3)
    void nobodyIsTurnedAwayWhileANodeIsDrainedAndTheFrontEndRolledOut() throws InterruptedException {
        String full = nodeOf("store-0");
        String drained = kube.hosts().all().stream()
                .map(Host::namespace)
                .filter(name -> !name.equals(full))
                .findFirst()
                .orElseThrow();
        Visitors visitors = Visitors.of(kube.hosts().all(), SITE, "<li>Ada</li>");
        String said = kubectl("drain", drained, "--ignore-daemonsets", "--timeout=60s");
        assertThat(said).contains("node/" + drained + " cordoned", "node/" + drained + " drained");
        kube.awaitRollout("deployment/frontend");
        assertThat(nodes(FRONTEND)).doesNotContain(drained);
        String _ = kubectl("uncordon", drained);
        String _ = kubectl("set", "env", "deployment/frontend", "VERSION=2");
        kube.awaitRollout("deployment/frontend");
        Visitors.Tally tally = visitors.stop();
        assertThat(tally.requests()).isGreaterThan(50);
        assertThat(tally.failures()).isEmpty();
        assertThat(page(0)).contains("Version 2");
        assertThat(nodes(FRONTEND)).hasSize(3);
    }

    @Test
    @Order(4)
    void theDocumentsAreComparedChangedAndPruned() throws IOException {
        Command.Result difference =
                kube.kubectl("diff", "-f", EXAMPLE.toString()).run();
        assertThat(difference.exit()).isEqualTo(1);
        assertThat(difference.out())
                .containsPattern("(?m)^- +value: \"2\"$")
                .containsPattern("(?m)^\\+ +value: \"1\"$")
                .doesNotContain("StatefulSet");
        String _ = kubectl("rollout", "undo", "deployment/frontend");
        Command.Result same = kube.kubectl("diff", "-f", EXAMPLE.toString()).run();
        assertThat(same.exit()).as(same.out()).isZero();
        kube.apply("""
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "old", "labels": {"app": "guestbook"}}}
            """);
        // Of two kinds kubectl sends a part each time, in which the server finds nothing to change.
        assertThat(kubectl("apply", "-f", EXAMPLE.toString(), "--prune", "-l", BOOK)
                        .lines())
                .contains("configmap/old pruned", "deployment.apps/frontend unchanged")
                .filteredOn(line -> !line.endsWith(" unchanged"))
                .containsExactlyInAnyOrder(
                        "statefulset.apps/store configured",
                        "poddisruptionbudget.policy/frontend configured",
                        "configmap/old pruned");
        Command.Result edited = kube.kubectl("edit", "configmap/frontend")
                .with(Map.of("KUBE_EDITOR", "sed -i 's/title: Guestbook/title: Visitors/'"))
                .run();
        assertThat(edited.must()).isEqualTo("configmap/frontend edited\n");
        String _ = kubectl("rollout", "pause", "deployment/frontend");
        assertThat(kube.kubectl("rollout", "restart", "deployment/frontend")
                        .run()
                        .err())
                .contains("can't restart paused deployment (run rollout resume first)");
        String _ = kubectl("rollout", "resume", "deployment/frontend");
        String _ = kubectl("rollout", "restart", "deployment/frontend");
        kube.awaitRollout("deployment/frontend");
        assertThat(page(0)).contains("<h1>Visitors</h1>", "Version 1", "<li>Ada</li>");
        assertThat(kubectl("rollout", "history", "deployment/frontend").lines().skip(1))
                .filteredOn(line -> line.matches("\\d+ .*"))
                .extracting(line -> line.substring(0, 1))
                .containsExactly("2", "3", "4");
        assertThat(kubectl("events", "--for", "deployment/frontend"))
                .contains("ScalingReplicaSet", "Scaled down replica set frontend-");
    }

    /** A pod on that machine, which runs a script until it ends by itself or is told to. */
    private static void runs(String pod, Host host, String script) {
        kube.apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: %s}
            spec:
              nodeSelector: {kubernetes.io/hostname: %s}
              restartPolicy: Never
              terminationGracePeriodSeconds: 1
              containers:
              - {name: main, image: %s, stdin: true, command: [sh, -c, "%s"]}
            """.formatted(pod, host.namespace(), ShellImage.NAME, script));
        String _ = kubectl("wait", "--for=condition=Ready", "pod/" + pod, "--timeout=60s");
    }

    /** kubectl in the background. */
    private static Gantry started(String line) {
        return Gantry.start(
                "kubectl " + line,
                kube.fleet().home().resolve("kubectl-" + line.substring(0, line.indexOf(' ')) + ".log"),
                kube.kubectl().environment(),
                "kubectl " + line);
    }

    @Test
    @Order(5)
    void logsFollowAPodOnAnotherMachine() {
        runs("talks", host(1), "while read line; do echo $line; done");
        try (Gantry follow = started("logs -f talks");
                Gantry attached = started("attach -i talks < <(echo early; exec sleep 30)")) {
            follow.awaitLine("early");
            attached.awaitLine("early");
            await(
                    "the line to be old",
                    () -> kubectl("logs", "talks", "--since=1s").isEmpty());
            assertThat(kubectl("logs", "talks", "--since=2m", "--timestamps")).matches("20\\S+Z early\n");
            String _ = kubectl("delete", "pod", "talks");
            await("kubectl to see its end", () -> follow.died() && attached.died());
        }
    }

    @Test
    @Order(5)
    void aTerminalAndFilesReachAPodOnAnotherMachine() throws IOException {
        runs("desk", host(2), "read x");
        String inside =
                "until [ \"$(busybox stty size)\" = \"33 77\" ]; do busybox sleep 0.1; done; busybox tty; exit 5";
        Command.Result terminal = Command.of(
                        "script",
                        "-qec",
                        "stty rows 33 cols 77; kubectl exec -it desk -- sh -c '" + inside + "'",
                        "/dev/null")
                .with(kube.kubectl().environment())
                .run();
        assertThat(terminal.out()).contains("/dev/pts/0", "command terminated with exit code 5");
        Path much = Files.write(kube.fleet().home().resolve("much"), new byte[1_000_000]);
        String _ = kubectl("cp", much.toString(), "desk:/tmp/there");
        String _ = kubectl("cp", "desk:/tmp/there", much + "-back");
        assertThat(Path.of(much + "-back")).hasSameBinaryContentAs(much);
        Command.Result look = kube.kubectl(
                        "debug",
                        "desk",
                        "-i",
                        "--image=" + ShellImage.NAME,
                        "--target=main",
                        "--",
                        "sh",
                        "-c",
                        "read x; cat /proc/1/cmdline")
                .reading("go\n".getBytes(UTF_8))
                .run();
        assertThat(look.out()).as(look.err()).contains("read x");
        assertThat(kube.inPod("desk", "busybox timeout 1 bash -c 'exec 3<>/dev/tcp/store/6380'")
                        .exit())
                .as("the store is for the front end only")
                .isNotZero();
        String _ = kubectl("delete", "pod", "desk");
    }

    @Test
    @Order(5)
    void aPortOfAServiceIsForwardedAndWhatItsPodsUseIsShown() throws IOException {
        try (Gantry forward = started("port-forward service/frontend 23592:80")
                .awaitLine("Forwarding from 127.0.0.1:23592 -> 8080")) {
            Command.Result page = Command.of("curl", "-s", "-m", "10", "http://127.0.0.1:23592/")
                    .run();
            assertThat(page.out()).as(forward.output()).contains("<li>Ada</li>");
        }
        assertThat(kubectl("top", "nodes", "--no-headers").lines()).hasSize(3);
        await(
                "what the pods use",
                () -> kube.kubectl("top", "pods", "-l", FRONTEND, "--no-headers")
                                .run()
                                .out()
                                .lines()
                                .count()
                        == 3);
    }

    @Test
    @Order(6)
    void anEnsembleStartsInOrderAndFindsItsPeersByName() {
        String _ = kubectl("apply", "-f", ENSEMBLE.toString());
        kube.awaitRollout("statefulset/member");
        assertThat(kubectl("logs", "member-0")).isEqualTo("met:\n");
        assertThat(kubectl("logs", "member-1")).isEqualTo("met: member-0\n");
        assertThat(kubectl("logs", "member-2")).isEqualTo("met: member-0 member-1\n");
        assertThat(nodes("app=member")).hasSize(3);
        assertThat(kubectl("get", "pods", "-l", "app=member", "-o", "jsonpath={..restartCount}"))
                .isEqualTo("0 0 0");
    }

    @Test
    @Order(7)
    void anEnsembleLosesOneMemberAtATimeAndGetsItBackWithWhatItHad() {
        String first = nodeOf("member-0");
        String last = nodeOf("member-2");
        String[] gently = {"--ignore-daemonsets", "--pod-selector=app=member"};
        assertThat(kubectl("drain", last, gently[0], gently[1], "--timeout=60s"))
                .contains("pod/member-2 evicted");
        Command.Result second = kube.kubectl("drain", first, gently[0], gently[1], "--timeout=1s")
                .run();
        assertThat(second.exit()).isNotZero();
        assertThat(second.err()).contains("Cannot evict pod as it would violate the pod's disruption budget.");
        await(
                "the reason",
                () -> kubectl("describe", "pod", "member-2")
                        .contains("0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't satisfy"
                                + " plugin(s) [VolumeBinding]. preemption: 0/3 nodes are available: 3 Preemption"
                                + " is not helpful for scheduling."));
        String _ = kubectl("uncordon", first, last);
        kube.awaitRollout("statefulset/member");
        assertThat(nodeOf("member-2")).isEqualTo(last);
        assertThat(kube.inPod("member-2", "cat /data/left; " + ShellImage.get("member-cs", 2181))
                        .out())
                .matches("leaving\nmember-[012]\n");
    }
}
