package dev.gantry.e2e.kube;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
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

    private static Path home;
    private static Engine engine;
    private static Gantry gantry;

    @BeforeAll
    static void start() throws IOException {
        Assumptions.assumeTrue(
                Command.of("bash", "-c", "command -v kubectl").run().exit() == 0,
                "there is no kubectl on this machine");
        home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-kubectl");
        engine = Engine.start(home.resolve("engine"), "", "10.218.0.1/24");
        engine.importBusybox();
        String[] words = {
            "up", "--data-dir", home + "/data", "--port", "23566", "--agent-port", "23567", "--docker", engine.address()
        };
        gantry = Gantry.start("up", home.resolve("up.log"), "", words).awaitLine("ready");
        Files.writeString(
                home.resolve("kubeconfig"),
                Gantry.command("kubeconfig", "--data-dir", home + "/data").run().must());
    }

    @AfterAll
    static void stop() {
        if (gantry != null) {
            gantry.close();
            engine.close();
            Command.of("rm", "-rf", home.toString()).run();
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
    void tellsWhatIsWrongInKubectlsWords() {
        Command.Result unknown = kubectl("create", "-f", "-")
                .reading(MAP.formatted("wrong", "1").replace("data:", "datas:").getBytes(UTF_8))
                .run();
        assertThat(unknown.err()).contains("strict decoding error: unknown field \"datas\"");
        assertThat(kubectl("explain", "configmap.data").run().must()).contains("FIELD: data <map[string]string>");
    }

    @Test
    void showsTheMachine() {
        assertThat(kubectl("get", "nodes").run().must()).contains("Ready");
        String node = kubectl("get", "nodes", "-o", "name").run().must().strip();
        kubectl("cordon", node).run().must();
        assertThat(kubectl("get", "nodes").run().must()).contains("Ready,SchedulingDisabled");
        kubectl("uncordon", node).run().must();
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

    private static String apply(String document) {
        return kubectl("apply", "-f", "-")
                .reading(document.getBytes(UTF_8))
                .run()
                .must();
    }

    private static Command kubectl(String... words) {
        List<String> all = new ArrayList<>(List.of("kubectl"));
        all.addAll(List.of(words));
        return Command.of(all.toArray(String[]::new))
                .with(Map.of("KUBECONFIG", home.resolve("kubeconfig").toString()));
    }
}
