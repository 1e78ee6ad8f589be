package dev.gantry.agent.docker;

import static dev.gantry.agent.work.Specs.container;
import static dev.gantry.agent.work.Specs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import dev.gantry.agent.work.Specs;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from a registry on this machine: Debian's docker-registry. */
@Tag("e2e")
class ImagesFromARegistryTest {

    private static final String SLEEP = "exec /bin/sleep 1000";

    @TempDir
    private Path directory;

    private RealNode node;
    private Process registry;
    private String name;
    private DockerClient client;

    @BeforeEach
    void open() throws Exception {
        boolean there = Arrays.stream(System.getenv("PATH").split(":", -1))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "docker-registry")));
        assumeTrue(there, "docker-registry is not installed");
        node = new RealNode(directory.resolve("agent"), UnaryOperator.identity());
        int port = freePort();
        Path configuration = directory.resolve("registry.yml");
        Files.writeString(configuration, """
            version: 0.1
            storage:
              filesystem:
                rootdirectory: %s
            http:
              addr: 127.0.0.1:%d
            """.formatted(directory.resolve("registry"), port));
        registry = new ProcessBuilder("docker-registry", "serve", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("registry.log").toFile())
                .start();
        Awaitility.await().atMost(RealNode.PATIENCE).until(() -> answers(port));
        name = "127.0.0.1:" + port + "/app";
        client = client();
        client.tagImageCmd(Specs.IMAGE, name, "1").exec();
        client.pushImageCmd(name).withTag("1").start().awaitCompletion();
        forget();
    }

    private DockerClient client() {
        DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(node.settings.engine().host())
                .build();
        return DockerClientImpl.getInstance(
                config,
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    private void forget() {
        client.removeImageCmd(name + ":1").exec();
    }

    @AfterEach
    void close() throws Exception {
        if (registry != null) {
            // Nothing was opened where there is no engine.
            if (node != null) {
                node.close();
            }
            client.listImagesCmd().exec().stream()
                    .flatMap(image -> Stream.ofNullable(image.getRepoTags()))
                    .flatMap(Arrays::stream)
                    .filter(tag -> tag.startsWith(name))
                    .forEach(_ -> forget());
            client.close();
            registry.destroy();
            registry.waitFor();
        }
    }

    @Test
    void pullsAndReportsTheDigestThatRuns() {
        node.obey(run("t1", container("web", SLEEP).setImage(name + ":1")));

        Observation running = node.awaitPhase("t1", Phase.RUNNING);
        assertThat(running.getContainers(0).getImageDigest()).matches("sha256:[0-9a-f]{64}");
        assertThat(running.getPullStoppedAtMs()).isGreaterThan(running.getPullStartedAtMs());
        assertThat(running.getNotesList()).isEmpty();
    }

    @Test
    void startsFromTheLocalImageWhenTheRegistryIsDownAndSaysSo() throws InterruptedException {
        node.obey(run("t1", container("web", SLEEP).setImage(name + ":1")));
        String digest = node.awaitPhase("t1", Phase.RUNNING).getContainers(0).getImageDigest();
        registry.destroy();
        registry.waitFor();

        node.obey(
                run("t2", container("web", SLEEP).setImage(name + ":1")),
                run("t3", container("web", SLEEP).setImage(name + "@" + digest)));

        assertThat(node.awaitPhase("t2", Phase.RUNNING).getNotesList())
                .anyMatch(note -> note.getText().contains("its registry failed"));
        Observation byDigest = node.awaitPhase("t3", Phase.RUNNING);
        assertThat(byDigest.getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(byDigest.getNotesList()).isEmpty();
    }

    @Test
    void saysThatTheTagDoesNotExist() {
        node.obey(run("t1", container("web", SLEEP).setImage(name + ":2")));

        assertThat(node.awaitPhase("t1", Phase.STOPPED).getStopReason())
                .startsWith("CannotPullContainerError: Error response from daemon: ")
                .contains("manifest unknown");
    }
}
