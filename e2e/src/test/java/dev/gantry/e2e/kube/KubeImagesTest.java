package dev.gantry.e2e.kube;

import static dev.gantry.e2e.kube.KubeFleet.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Registry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Images of pods that only those get who log in. */
@Tag("e2e")
class KubeImagesTest {

    private static final int PORT = 20591;
    private static final String HOST = "127.0.0.1:" + PORT;

    private static final String POD = """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          terminationGracePeriodSeconds: 1
          serviceAccountName: %s
          imagePullSecrets: %s
          containers:
          - name: main
            image: 127.0.0.1:20591/%s
            command: [sh, -c, "while true; do sleep 0.1; done"]
        """;

    private static KubeMachine machine;
    private static Registry registry;

    @BeforeAll
    static void start() throws IOException {
        machine = KubeMachine.start("gantry-images", "10.221.0.1/24", 23596);
        registry = Registry.startPrivate(machine.home().resolve("registry"), PORT);
        String config = machine.home().resolve("docker").toString();
        await(
                "the registry",
                () -> docker("--config", config, "login", "-u", Registry.USER, "-p", Registry.PASSWORD, HOST)
                                .run()
                                .exit()
                        == 0);
        for (String name : new String[] {"/first:1", "/second:1"}) {
            docker("tag", Engine.IMAGE, HOST + name).run().must();
            docker("--config", config, "push", HOST + name).run().must();
            docker("rmi", HOST + name).run().must();
        }
        kubectl("create", "serviceaccount", "puller").run().must();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (registry != null) {
            registry.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    private static Command docker(String... words) {
        return machine.engine().docker(words);
    }

    private static Command kubectl(String... words) {
        return machine.kubectl(words);
    }

    private static void login(String name, String password) {
        kubectl(
                        "create",
                        "secret",
                        "docker-registry",
                        name,
                        "--docker-server=" + HOST,
                        "--docker-username=" + Registry.USER,
                        "--docker-password=" + password)
                .run()
                .must();
    }

    private static void isReady(String pod) {
        kubectl("wait", "--for=condition=Ready", "pod/" + pod, "--timeout=50s")
                .run()
                .must();
    }

    @Test
    void arePulledWithTheSecretsOfThePodOnceTheyAreThere() {
        machine.apply(POD.formatted("own", "default", "[{name: wrong}, {name: login}]", "first:1"));
        await("the refusal", () -> kubectl("get", "pod", "own").run().must().contains("ImagePull"));
        login("wrong", "guess");
        login("login", Registry.PASSWORD);
        isReady("own");
        kubectl("delete", "pod", "own").run().must();
    }

    @Test
    void arePulledWithTheSecretsOfTheServiceAccountWhichNoNodeWritesDown() throws IOException {
        login("ours", Registry.PASSWORD);
        kubectl("patch", "serviceaccount", "puller", "-p", "{\"imagePullSecrets\": [{\"name\": \"ours\"}]}")
                .run()
                .must();
        machine.apply(POD.formatted("given", "puller", "[]", "second:1"));
        isReady("given");
        Path desired;
        try (var files = Files.walk(machine.home().resolve("data"))) {
            desired = files.filter(file -> file.endsWith("desired.pb"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(Files.readString(desired, ISO_8859_1)).contains("second:1").doesNotContain(Registry.PASSWORD);
        assertThat(Files.readString(machine.home().resolve("up.log"))).doesNotContain(Registry.PASSWORD);
        kubectl("delete", "pod", "given").run().must();
    }
}
