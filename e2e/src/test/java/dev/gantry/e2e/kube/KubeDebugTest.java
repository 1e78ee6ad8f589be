package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Looking into pods that run, with {@code kubectl debug}. */
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
        machine = KubeMachine.start("gantry-debug", "10.220.0.1/24", 23586);
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
                                + " this node"));
        kubectl("delete", pod, "--timeout=20s").run().must();
    }
}
