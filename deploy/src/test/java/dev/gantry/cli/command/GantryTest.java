package dev.gantry.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gantry.cli.client.ClientFile;
import dev.gantry.cli.servers.AgentOptions;
import dev.gantry.cli.servers.ServerOptions;
import dev.gantry.cli.servers.Servers;
import dev.gantry.cli.servers.SimulationOptions;
import dev.gantry.cli.servers.StoreChoice;
import dev.gantry.cli.servers.UpOptions;
import dev.gantry.cli.terminal.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole command lines against a server that answers what a test tells it to. */
class GantryTest {

    @TempDir
    private Path data;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final List<Object> started = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
        new ClientFile(endpoint, "us-east-1", "000000000000", "AK", "it's", null, "default").write(data);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void printsVariablesThatAShellReads() {
        assertThat(gantry("env", "--data-dir", data.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("export AWS_ACCESS_KEY_ID=AK\n")
                .contains("export AWS_SECRET_ACCESS_KEY='it'\\''s'\n")
                .contains("export AWS_REGION=us-east-1\n")
                .doesNotContain("AWS_CA_BUNDLE");
    }

    @Test
    void listsClustersWithSignedRequests() {
        answers.put("ListClusters", "{\"clusterArns\":[\"arn:aws:ecs:us-east-1:0:cluster/default\"]}");
        answers.put(
                "DescribeClusters",
                "{\"clusters\":[{\"clusterName\":\"default\",\"status\":\"ACTIVE\",\"runningTasksCount\":3}]}");
        assertThat(gantry("get", "clusters", "--data-dir", data.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("NAME      STATUS   NODES   SERVICES   RUNNING   PENDING\n"
                        + "default   ACTIVE   0       0          3         0\n");
        assertThat(asked).containsExactly("ListClusters signed", "DescribeClusters signed");
    }

    @Test
    void appliesDocumentsAndPrintsWhatBecameOfThem() throws IOException {
        answers.put("DescribeClusters", "{\"clusters\":[]}");
        answers.put("CreateCluster", "{}");
        Path file = data.resolve("c.yaml");
        Files.writeString(
                file, "apiVersion: ecs.services.k8s.aws/v1alpha1\nkind: Cluster\nmetadata: {name: prod}\nspec: {}\n");
        assertThat(gantry("apply", "-f", file.toString(), "--data-dir", data.toString()))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("cluster/prod created\n");
        assertThat(asked).containsExactly("DescribeClusters signed", "CreateCluster signed");
    }

    @Test
    void diffEndsWithTwoWhenSomethingDiffersAndChangesNothing() throws IOException {
        answers.put("DescribeClusters", "{\"clusters\":[]}");
        Path file = data.resolve("c.yaml");
        Files.writeString(
                file, "apiVersion: ecs.services.k8s.aws/v1alpha1\nkind: Cluster\nmetadata: {name: prod}\nspec: {}\n");
        assertThat(gantry("diff", "-f", file.toString(), "--data-dir", data.toString()))
                .isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("+ cluster/prod\n");
        assertThat(asked).containsExactly("DescribeClusters signed");
    }

    @Test
    void showsEveryPlaceOfAnInvalidDocumentAndAsksNothing() throws IOException {
        Path file = data.resolve("c.yaml");
        Files.writeString(
                file,
                "apiVersion: ecs.services.k8s.aws/v1alpha1\n"
                        + "kind: Cluster\n"
                        + "metadata: {name: p}\n"
                        + "spec: {clusterNam: x}\n");
        assertThat(gantry("apply", "-f", file.toString(), "--data-dir", data.toString()))
                .isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(file + ":4:8: unknown field \"clusterNam\" in spec; did you mean \"clusterName\"?");
        assertThat(asked).isEmpty();
    }

    @Test
    void suggestsTheServiceThatWasMeant() {
        answers.put("DescribeServices", "{\"services\":[]}");
        answers.put("ListServices", "{\"serviceArns\":[]}");
        answers.put("ListTasks", "{\"taskArns\":[]}");
        assertThat(gantry("scale", "wbe", "3", "--data-dir", data.toString())).isEqualTo(4);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("error: there is no service \"wbe\" in cluster default");
    }

    @Test
    void turnsRefusalsIntoThreeLinesAndAnExitCode() {
        answers.put(
                "ListClusters",
                "!403{\"__type\":\"com.amazon#UnrecognizedClientException\",\"message\":\"The security token is"
                        + " invalid.\"}");
        assertThat(gantry("get", "clusters", "--data-dir", data.toString())).isEqualTo(7);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("""
            error: ListClusters was refused: UnrecognizedClientException
              why: The security token is invalid. (request r-1)
              try: check the key (eval "$(gantry env)") and the clock (gantry doctor)
            """);
    }

    @Test
    void waitsUntilAServiceIsSteadyAndSaysEachChange() {
        answers.put(
                "DescribeServices",
                "{\"services\":[{\"serviceName\":\"web\",\"desiredCount\":2,\"runningCount\":2,"
                        + "\"taskDefinition\":\"arn:x/web:1\"}]}");
        answers.put("UpdateService", "{}");
        assertThat(gantry("scale", "web", "2", "--wait", "--data-dir", data.toString()))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("service/web scaled\n");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("service/web web:1 desired 2 running 2 pending 0 failed 0 steady\n");
    }

    @Test
    void endsWithSixAndTheReasonWhenARolloutFailed() {
        answers.put(
                "DescribeServices",
                "{\"services\":[{\"serviceName\":\"web\",\"desiredCount\":2,\"deployments\":"
                        + "[{\"status\":\"PRIMARY\",\"rolloutState\":\"FAILED\"}]}]}");
        answers.put("UpdateService", "{}");
        answers.put(
                "/_gantry/v1/why/service/default/web",
                "{\"kind\":\"service\",\"name\":\"web\",\"summary\":\"its image cannot be pulled\"}");
        assertThat(gantry("scale", "web", "2", "--wait", "--data-dir", data.toString()))
                .isEqualTo(6);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("service/web: its image cannot be pulled");
    }

    @Test
    void followsLogsLineByLine() {
        answers.put("DescribeServices", "{\"services\":[]}");
        answers.put("ListServices", "{\"serviceArns\":[]}");
        answers.put("ListTasks", "{\"taskArns\":[\"arn:t/abc\"]}");
        answers.put(
                "DescribeTasks",
                "{\"tasks\":[{\"taskArn\":\"arn:t/abc\",\"lastStatus\":\"RUNNING\",\"containers\":[{\"name\":\"a\"}]}]}");
        answers.put(
                "/_gantry/v1/logs/default/abc",
                "{\"stream\":\"stdout\",\"text\":\"one\"}\n{\"stream\":\"stderr\",\"text\":\"two\\n\"}\n");
        assertThat(gantry("logs", "task/ab", "--tail", "5", "--data-dir", data.toString()))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("one\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("two\n");
        assertThat(asked).contains("/_gantry/v1/logs/default/abc signed");
    }

    @Test
    void aRedirectToTheLeaderIsFollowedWithANewSignature() throws IOException {
        String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/_gantry/v1/tokens";
        HttpServer follower = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        follower.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Location", address);
            exchange.sendResponseHeaders(307, -1);
            exchange.close();
        });
        follower.start();
        answers.put("/_gantry/v1/tokens", "{\"command\":\"gantry agent --join x\"}");
        String endpoint = "http://127.0.0.1:" + follower.getAddress().getPort();
        assertThat(gantry("token", "--data-dir", data.toString(), "--endpoint", endpoint))
                .isZero();
        follower.stop(0);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("gantry agent --join x\n");
    }

    @Test
    void saysWhoLeads() {
        answers.put(
                "/_gantry/v1/status",
                "{\"controllerId\":\"c1\",\"leader\":\"c2\",\"leaderApiUrl\":\"http://b:4566\","
                        + "\"leaderAgentAddress\":\"b:4567\",\"storeConnected\":true,\"nodes\":3}");
        assertThat(gantry("status", "--data-dir", data.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("leader      c2 at http://b:4566, agents at b:4567\n")
                .contains("nodes       3\n");
    }

    @Test
    void anErrorInTheMiddleOfALogIsAnErrorAndNoLineOfIt() {
        answers.put("DescribeServices", "{\"services\":[]}");
        answers.put("ListServices", "{\"serviceArns\":[]}");
        answers.put("ListTasks", "{\"taskArns\":[\"arn:t/abc\"]}");
        answers.put(
                "DescribeTasks",
                "{\"tasks\":[{\"taskArn\":\"arn:t/abc\",\"lastStatus\":\"RUNNING\",\"containers\":[{\"name\":\"a\"}]}]}");
        answers.put("/_gantry/v1/logs/default/abc", "{\"stream\":\"error\",\"text\":\"the node is gone\"}\n");
        assertThat(gantry("logs", "task/ab", "--data-dir", data.toString())).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("why: the node is gone");
    }

    @Test
    void optionsAfterTwoDashesBelongToTheCommandThatExecRuns() {
        answers.put("DescribeClusters", "{\"clusters\":[]}");
        answers.put("ListClusters", "{\"clusterArns\":[]}");
        assertThat(gantry("get", "clusters", "--data-dir", data.toString(), "--", "-v"))
                .isEqualTo(4);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("\"-v\"");
    }

    @Test
    void handsTheOptionsOfUpToTheServers() {
        assertThat(gantry(
                        "up",
                        "--data-dir",
                        "/d",
                        "--port",
                        "5000",
                        "--store",
                        "etcd=http://a:2379,http://b:2379",
                        "--attributes",
                        "stack=prod,disk=ssd",
                        "--allow-reset"))
                .isZero();
        UpOptions options = (UpOptions) started.getFirst();
        assertThat(options.server().port()).isEqualTo(5000);
        assertThat(options.server().allowReset()).isTrue();
        assertThat(options.server().store())
                .isEqualTo(
                        new StoreChoice.EtcdCluster(List.of(URI.create("http://a:2379"), URI.create("http://b:2379"))));
        assertThat(options.agent().attributes()).containsEntry("stack", "prod").containsEntry("disk", "ssd");
    }

    @Test
    void readsHowAnAgentJoins() {
        assertThat(gantry("agent", "--data-dir", "/d", "--join", "GANTRY1-ab-id.secret@[fd00::1]:4567"))
                .isZero();
        AgentOptions options = (AgentOptions) started.getFirst();
        assertThat(options.join()).hasToString("Join[token=GANTRY1-ab-id.secret, host=fd00::1, port=4567]");
    }

    @Test
    void readsWhatSimulatedNodesAreLike() {
        assertThat(gantry(
                        "agent",
                        "--simulate",
                        "--count=100",
                        "--cpu=8",
                        "--memory=1024",
                        "--start-time=500ms-3s",
                        "--failure-rate=0.1",
                        "--seed=42"))
                .isZero();
        assertThat(((AgentOptions) started.getFirst()).simulation())
                .isEqualTo(new SimulationOptions(100, 8, 1024, Duration.ofMillis(500), Duration.ofSeconds(3), 0.1, 42));
    }

    @Test
    void aNodeIsSimulatedOnlyIfItIsSaid() {
        assertThat(gantry("up")).isZero();
        assertThat(((UpOptions) started.getFirst()).agent().simulation()).isNull();
        assertThat(gantry("up", "--count", "3")).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("say nothing without --simulate");
    }

    @Test
    void refusesSimulationsThatCannotBe() {
        for (String flag : List.of(
                "--count=0",
                "--count=10001",
                "--cpu=0",
                "--memory=0",
                "--failure-rate=1.1",
                "--failure-rate=NaN",
                "--start-time=3s-1s",
                "--start-time=11m",
                "--docker=unix:///a",
                "--demo")) {
            assertThat(gantry("up", "--simulate", flag)).as(flag).isEqualTo(3);
        }
        assertThat(started).isEmpty();
    }

    @Test
    void refusesOptionsThatCannotBe() {
        assertThat(gantry("up", "--account", "12")).isEqualTo(3);
        assertThat(gantry("up", "--store", "redis")).isEqualTo(3);
        assertThat(gantry("apply")).isEqualTo(3);
        assertThat(gantry("aply")).isEqualTo(3);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("did you mean apply");
    }

    private int gantry(String... words) {
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of(),
                Set.of(),
                Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC));
        return Gantry.run(words, console, new Recorded());
    }

    private void answer(HttpExchange exchange) throws IOException {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        String path = exchange.getRequestURI().getPath();
        String operation = target == null ? path : target.substring(target.indexOf('.') + 1);
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        boolean signed = authorization != null && authorization.startsWith("AWS4-HMAC-SHA256 Credential=AK/20260301/");
        asked.add(operation + (signed ? " signed" : ""));
        String answer =
                answers.getOrDefault(operation, "!400{\"__type\":\"InvalidAction\",\"message\":\"" + operation + "\"}");
        int status = answer.startsWith("!") ? Integer.parseInt(answer.substring(1, 4)) : 200;
        byte[] body = answer.substring(status == 200 ? 0 : 4).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("x-amzn-requestid", "r-1");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private final class Recorded implements Servers {
        @Override
        public int up(UpOptions options) {
            started.add(options);
            return 0;
        }

        @Override
        public int server(ServerOptions options) {
            started.add(options);
            return 0;
        }

        @Override
        public int agent(AgentOptions options) {
            started.add(options);
            return 0;
        }

        @Override
        public void rehearse() {}
    }
}
