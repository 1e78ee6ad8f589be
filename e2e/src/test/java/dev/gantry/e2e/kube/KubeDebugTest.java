package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Looking into pods that run and into nodes, with {@code kubectl debug}. */
@Tag("e2e")
class KubeDebugTest {

    private static final String POD = """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - name: main
            image: %s
            command: [sh, -c, "while true; do sleep 0.1; done"]
        """;

    private static final String STATUS = "-o=jsonpath={.status.ephemeralContainerStatuses[0].state}";

    private static KubeMachine machine;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start(
                "gantry-debug",
                "10.220.0.1/24",
                23586,
                "--allow-host-namespaces",
                "--allow-host-root",
                "--allow-privileged");
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    private static Command kubectl(String... words) {
        return machine.kubectl(words);
    }

    private static void runs(String pod) {
        machine.apply(POD.formatted(pod, Engine.IMAGE));
        isReady(pod);
    }

    private static void isReady(String pod) {
        kubectl("wait", "--for=condition=Ready", "pod/" + pod, "--timeout=50s")
                .run()
                .must();
    }

    @Test
    void looksAtTheProcessesOfAContainerThatRuns() {
        runs("shop");
        Command.Result look = kubectl(
                        "debug",
                        "shop",
                        "-i",
                        "--image=" + Engine.IMAGE,
                        "--target=main",
                        "--container=look",
                        "--",
                        "sh",
                        "-c",
                        "read x; echo got $x; cat /proc/1/cmdline; exit 3")
                .reading("it\n".getBytes(UTF_8))
                .run();
        assertThat(look.out()).as(look.err()).contains("got it", "while true");
        await(
                "its end",
                () -> kubectl("get", "pod", "shop", STATUS).run().must().contains("\"exitCode\":3"));
        assertThat(kubectl("logs", "shop", "-c", "look").run().must()).contains("got it");
        isReady("shop");
        assertThat(kubectl("get", "pod", "shop").run().must()).containsPattern("shop +1/1 +Running +0");
        assertThat(kubectl("describe", "pod", "shop").run().must())
                .contains("Ephemeral Containers:", "Started container look");
    }

    @Test
    void entersAnEphemeralContainerThatSharesTheNetworkOfThePod() {
        runs("open");
        kubectl("debug", "open", "--image=" + Engine.IMAGE, "-c", "stay", "--", "sh", "-c", "httpd -f -p 8080")
                .run()
                .must();
        await(
                "its start",
                () -> kubectl("get", "pod", "open", STATUS).run().must().contains("running"));
        await(
                "its service at the pod's address",
                () -> kubectl(
                                        "exec",
                                        "open",
                                        "-c",
                                        "main",
                                        "--",
                                        "wget",
                                        "-O",
                                        "/dev/null",
                                        "http://127.0.0.1:8080/bin/sh")
                                .run()
                                .exit()
                        == 0);
        assertThat(kubectl("exec", "open", "-c", "stay", "--", "hostname").run().must())
                .isEqualTo("open\n");
        kubectl("delete", "pod", "open", "--timeout=20s").run().must();
    }

    @Test
    void leavesThePodAloneWhenTheImageCannotBePulled() {
        runs("calm");
        kubectl("debug", "calm", "--image=127.0.0.1:1/none:1", "-c", "look")
                .run()
                .must();
        await(
                "the reason",
                () -> kubectl("get", "pod", "calm", STATUS).run().must().contains("ImagePull"));
        isReady("calm");
        kubectl("delete", "pod", "calm", "--timeout=20s").run().must();
    }

    @Test
    void makesACopyToLookAt() {
        runs("model");
        kubectl(
                        "debug",
                        "model",
                        "--copy-to=twin",
                        "--share-processes",
                        "--image=" + Engine.IMAGE,
                        "-c",
                        "look",
                        "--",
                        "sh",
                        "-c",
                        "while true; do sleep 0.1; done")
                .run()
                .must();
        isReady("twin");
        assertThat(kubectl("exec", "twin", "-c", "look", "--", "cat", "/proc/1/cmdline")
                        .run()
                        .must())
                .contains("/pause");
        kubectl("delete", "pod", "twin", "model", "--timeout=20s").run().must();
    }

    @Test
    void looksIntoANodeThatAllowsIt() throws IOException {
        String ipc = Files.readSymbolicLink(Path.of("/proc/self/ns/ipc")).toString();
        String script = "read x; echo got $x; ls -l /proc/self/ns/ipc; cat /proc/%d/cmdline; cat /proc/net/dev;"
                        .formatted(machine.up().pid())
                + " cat /host" + machine.home() + "/kubeconfig";
        assertThat(inNode("general", script)).contains("got it", ipc, "--allow-host-root", "br-10-220-0", "clusters:");
    }

    @Test
    void hasAllPowerOverANodeThatAllowsIt() throws IOException {
        int last = Integer.parseInt(
                Files.readString(Path.of("/proc/sys/kernel/cap_last_cap")).strip());
        String all = "%016x".formatted((1L << (last + 1)) - 1);
        Assumptions.assumeTrue(
                Files.readString(Path.of("/proc/self/status")).contains("CapBnd:\t" + all),
                "this machine lacks capabilities itself, so its engine starts no privileged container");
        assertThat(inNode("sysadmin", "read x; cat /proc/self/status")).contains("CapEff:\t" + all);
    }

    private static String inNode(String profile, String script) {
        String node = kubectl("get", "nodes", "-o", "name").run().must().strip();
        Command.Result look = kubectl(
                        "debug",
                        node,
                        "-it",
                        "--profile=" + profile,
                        "--image=" + Engine.IMAGE,
                        "--",
                        "sh",
                        "-c",
                        script)
                .reading("it\n".getBytes(UTF_8))
                .run();
        return look.out() + look.err();
    }
}
