package dev.gantry.e2e.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Etcd;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the options of {@code gantry server} promise to clients. */
@Tag("e2e")
class ServerOptionsTest {

    private Path home;

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-server");
    }

    @AfterEach
    void removeHome() {
        Command.of("rm", "-rf", home.toString()).run();
    }

    @Test
    void speaksTlsOffLoopbackAndEveryClientTrustsItByTheVariablesOfEnv() throws IOException {
        String address = otherAddress();
        try (Gantry server = server("a", 21666, "--listen", address)) {
            Map<String, String> environment = Gantry.environment(home.resolve("a"));
            assertThat(environment).containsEntry("AWS_ENDPOINT_URL", "https://" + address + ":21666");
            assertThat(new Aws(environment).ecs("list-clusters").toString()).contains("cluster/default");
            assertThat(client("get", "clusters").with(environment).run().must()).contains("default");
            assertThat(client("get", "clusters", "--data-dir", home.resolve("a").toString())
                            .run()
                            .must())
                    .contains("default");
            Command.Result untrusted = client("get", "clusters")
                    .with(environment)
                    .with(Map.of("AWS_CA_BUNDLE", ""))
                    .run();
            assertThat(untrusted.exit()).isEqualTo(1);
            assertThat(untrusted.err()).contains("certificate is not trusted", "AWS_CA_BUNDLE");
            Command.Result reset = client("reset", "--yes").with(environment).run();
            assertThat(reset.exit()).isEqualTo(7);
            assertThat(reset.err()).contains("--allow-reset").hasLineCount(3);
            assertThat(server.died()).isFalse();
        }
    }

    @Test
    void takesAnyKeyWithoutAuthentication() {
        try (Gantry server = server("a", 21666, "--auth", "none")) {
            Map<String, String> any = Map.of(
                    "AWS_ENDPOINT_URL", "http://127.0.0.1:21666",
                    "AWS_ACCESS_KEY_ID", "any",
                    "AWS_SECRET_ACCESS_KEY", "thing",
                    "AWS_DEFAULT_REGION", "eu-central-1");
            assertThat(new Aws(any).ecs("list-clusters").toString()).contains("cluster/default");
            assertThat(client("get", "clusters").with(any).run().must()).contains("default");
            assertThat(server.died()).isFalse();
        }
    }

    @Test
    void takesTheRootKeyThatItIsGiven() throws IOException {
        Path secret = Files.writeString(home.resolve("secret"), "a-secret-of-my-own\n");
        try (Gantry server = server(
                "a", 21666, "--root-access-key", "AKIAMYOWN00000000000", "--root-secret-key-file", secret.toString())) {
            Map<String, String> own = Map.of(
                    "AWS_ENDPOINT_URL", "http://127.0.0.1:21666",
                    "AWS_ACCESS_KEY_ID", "AKIAMYOWN00000000000",
                    "AWS_SECRET_ACCESS_KEY", "a-secret-of-my-own",
                    "AWS_DEFAULT_REGION", "us-east-1");
            assertThat(new Aws(own).ecs("list-clusters").toString()).contains("cluster/default");
            assertThat(server.died()).isFalse();
        }
    }

    @Test
    void keepsItsStateInAnEtcdBesideItAndEndsThatWithItself() {
        for (int start = 0; start < 2; start++) {
            try (Gantry server = server("a", 21666, "--store", "etcd")) {
                assertThat(server.output()).contains("etcd beside this process");
                Path data = home.resolve("a");
                if (start == 0) {
                    new Aws(Gantry.environment(data)).ecs("create-cluster", "--cluster-name", "stays");
                }
                assertThat(client("get", "clusters", "--data-dir", data.toString())
                                .run()
                                .must())
                        .contains("stays");
                server.stop();
            }
            String left = Command.of("pgrep", "-f", "data-dir=" + home).run().out();
            assertThat(left).as("etcd after its controller").isEmpty();
        }
    }

    @Test
    void aControllerThatDoesNotLeadSendsCommandsAndLogsOnToTheLeader() throws IOException {
        try (Engine engine = Engine.start(home.resolve("engine"), "", "10.220.0.1/24");
                Etcd etcd = Etcd.start(1);
                Gantry leader = server("a", 21666, "--store", "etcd=" + etcd.urls());
                Gantry follower = server(
                        "b",
                        21676,
                        "--store",
                        "etcd=" + etcd.urls(),
                        "--cluster-key-file",
                        home.resolve("a/cluster.key").toString())) {
            engine.importBusybox();
            assertThat(follow("status"))
                    .contains("at http://127.0.0.1:21676", " at http://127.0.0.1:21666, agents at ");
            String[] join = follow("token").strip().split(" ");
            assertThat(join[3]).endsWith("@127.0.0.1:21667");
            try (Gantry agent = Gantry.start(
                    "agent",
                    home.resolve("agent.log"),
                    "",
                    "agent",
                    "--join",
                    join[3],
                    "--data-dir",
                    home.resolve("agent").toString(),
                    "--docker",
                    engine.address())) {
                agent.awaitLine("ready (");
                Path file = Files.writeString(
                        home.resolve("far.yaml"),
                        OneMachine.definition("far", "1") + "---\n" + OneMachine.service("far", 1));
                follow("apply", "-f", file.toString(), "--wait");
                String task = follow("get", "tasks", "-o", "name").strip();
                assertThat(follow("exec", task, "--", "echo", "from afar")).isEqualTo("from afar\n");
                assertThat(follow("logs", task)).isEqualTo("first\nsecond\n");
                follow("delete", "service/far", "--force");
            }
            assertThat(leader.died() || follower.died()).isFalse();
        }
    }

    /** The output of a client command of the controller that does not lead. */
    private String follow(String... words) {
        return client(words)
                .with(Map.of("GANTRY_DATA_DIR", home.resolve("b").toString()))
                .run()
                .must();
    }

    private Gantry server(String name, int port, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "server",
                "--data-dir",
                home.resolve(name).toString(),
                "--port",
                String.valueOf(port),
                "--agent-port",
                String.valueOf(port + 1),
                "--settle",
                "1s"));
        words.addAll(List.of(more));
        return Gantry.start(name, home.resolve(name + ".log"), "", words.toArray(String[]::new))
                .awaitLine("ready (");
    }

    private static Command client(String... words) {
        return Gantry.command(words);
    }

    /** An address of this machine that is not loopback. */
    private static String otherAddress() throws IOException {
        try (Stream<NetworkInterface> interfaces = NetworkInterface.networkInterfaces()) {
            return interfaces
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                    .map(InetAddress::getHostAddress)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("this machine has no address but loopback"));
        }
    }
}
