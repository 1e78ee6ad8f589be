package dev.gantry.e2e.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code aws ecs execute-command} with the real command line and a plugin that speaks the real one's protocol. */
@Tag("e2e")
class ExecuteCommandTest {

    private static OneNode node;
    private static Aws aws;

    @BeforeAll
    static void start() throws IOException {
        node = OneNode.start();
        Path bin = Files.createDirectories(node.home().resolve("bin"));
        Path plugin = bin.resolve("session-manager-plugin");
        Files.writeString(
                plugin,
                "#!/bin/sh\nexec \"" + ProcessHandle.current().info().command().orElseThrow()
                        + "\" -XX:TieredStopAtLevel=1 -cp '" + System.getProperty("java.class.path") + "' "
                        + SessionPlugin.class.getName() + " \"$@\"\n");
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
        Map<String, String> environment = Gantry.environment(node.home().resolve("data"));
        aws = new Aws(environment).with(Map.of("PATH", bin + ":" + System.getenv("PATH")));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String definition(String family) {
        node.call("RegisterTaskDefinition", """
            {"family":"%s","containerDefinitions":[
             {"name":"main","image":"%s","memory":32,"stopTimeout":2,
              "command":["sh","-c","trap 'exit 0' TERM; while true; do sleep 0.1; done"]}]}
            """.formatted(family, Engine.IMAGE));
        return family;
    }

    private static JsonNode task(String family) {
        String arn = aws.ecs("run-task", "--task-definition", definition(family), "--enable-execute-command")
                .path("tasks")
                .path(0)
                .path("taskArn")
                .asText();
        return node.running(arn);
    }

    private static String arn(JsonNode task) {
        return task.path("taskArn").asText();
    }

    private static Command.Result session(JsonNode task, String command, String typed) {
        return aws.command(
                        "execute-command",
                        "--interactive",
                        "--task",
                        arn(task),
                        "--container",
                        "main",
                        "--command",
                        command)
                .reading(typed.getBytes(StandardCharsets.UTF_8))
                .within(Duration.ofSeconds(90))
                .run();
    }

    @Test
    void letsAPersonTypeIntoAShell() throws IOException {
        JsonNode task = task("typed");

        Command.Result session = session(task, "/bin/sh", "echo sum $((40 + 2))\nexit 7\n");

        assertThat(session.out())
                .contains("Starting session with SessionId: ecs-execute-command-")
                .contains("Target: ecs:default_" + arn(task).substring(arn(task).lastIndexOf('/') + 1) + "_")
                .contains("SessionType: InteractiveCommands")
                .contains("sum 42")
                .contains("Exiting session")
                .doesNotContain("NOT ACKNOWLEDGED");
        assertThat(session.exit()).isZero();
        String audit = Files.readString(node.home().resolve("data").resolve("audit.log"));
        assertThat(audit)
                .contains("\"operation\":\"ecs:ExecuteCommand\"")
                .contains("ecs:ExecuteCommand session default/")
                .contains("STARTED")
                .contains("ENDED")
                .doesNotContain("sum");
        node.stop(arn(task));
    }

    @Test
    void showsMuchOutputWholeAndInOrder() {
        JsonNode task = task("much");

        Command.Result session = session(task, "sh -c 'for i in $(seq 3000); do echo line $i of many; done'", "");

        String lines = session.out().replace("\r", "");
        StringBuilder wanted = new StringBuilder();
        for (int i = 1; i <= 3000; i++) {
            wanted.append("line ").append(i).append(" of many\n");
        }
        assertThat(lines).contains(wanted);
        node.stop(arn(task));
    }

    @Test
    void givesTheTerminalItsSize() {
        JsonNode task = task("sized");

        Command.Result session = session(task, "busybox sh -c 'sleep 1; busybox stty size'", "");

        assertThat(session.out()).contains("42 101");
        node.stop(arn(task));
    }

    @Test
    void saysWhatIsWrongWithTheCommand() {
        JsonNode task = task("wrong");

        assertThat(session(task, "/no/such/program", "").out())
                .contains("SessionId: ")
                .contains("/no/such/program");
        node.stop(arn(task));
    }

    @Test
    void showsTheAgentThatServesIt() {
        JsonNode task = task("shown");
        JsonNode agent = OneNode.container(task, "main").path("managedAgents").path(0);
        assertThat(agent.path("name").asText()).isEqualTo("ExecuteCommandAgent");
        assertThat(agent.path("lastStatus").asText()).isEqualTo("RUNNING");
        assertThat(task.path("enableExecuteCommand").asBoolean()).isTrue();
        node.stop(arn(task));
    }

    @Test
    void worksInTasksOfServices() {
        aws.ecs(
                "create-service",
                "--service-name",
                "commanded",
                "--task-definition",
                definition("commanded"),
                "--desired-count",
                "1",
                "--enable-execute-command");
        String[] found = {""};
        Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> {
            found[0] = aws.ecs("list-tasks", "--service-name", "commanded")
                    .path("taskArns")
                    .path(0)
                    .asText();
            return !found[0].isEmpty();
        });
        JsonNode task = node.running(found[0]);

        assertThat(session(task, "echo from a service", "").out()).contains("from a service");
        aws.ecs("delete-service", "--service", "commanded", "--force");
    }

    @Test
    void beginsEachSessionOnceAndOnlyWithItsToken() throws Exception {
        JsonNode task = task("once");
        JsonNode session = node.call(
                        "ExecuteCommand", "{\"task\":\"" + arn(task) + "\",\"command\":\"sh\",\"interactive\":true}")
                .path("session");

        String url = session.path("streamUrl").asText();
        assertThat(first(url, "{\"TokenValue\":\"wrong\"}")).isEqualTo("closed 1008");
        String token = "{\"TokenValue\":\"" + session.path("tokenValue").asText() + "\"}";
        assertThat(first(url, token)).isEqualTo("output_stream_data");
        assertThat(first(url, token)).isEqualTo("refused 403");
        assertThat(first(url.replace("ecs-execute-command-", "ecs-execute-command-0"), token))
                .isEqualTo("refused 403");
        node.stop(arn(task));
    }

    /** What happens first to who opens a session's socket and says something. */
    private static String first(String url, String says) throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        try {
            WebSocket socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create(url), new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onBinary(WebSocket from, java.nio.ByteBuffer data, boolean last) {
                            byte[] type = new byte[32];
                            data.get(4, type);
                            first.complete(new String(type, StandardCharsets.UTF_8).strip());
                            from.abort();
                            return CompletableFuture.completedFuture(null);
                        }

                        @Override
                        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                            first.complete("closed " + code);
                            return CompletableFuture.completedFuture(null);
                        }
                    })
                    .join();
            socket.sendText(says, true);
            return first.get(30, TimeUnit.SECONDS);
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                return "refused " + refused.getResponse().statusCode();
            }
            throw e;
        }
    }

    @Test
    void refusesWhatCannotBe() {
        String closed = node.run("""
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,"stopTimeout":2,
             "command":["sh","-c","trap 'exit 0' TERM; while true; do sleep 0.1; done"]}]
            """);
        node.running(closed);
        String[] ask = {"execute-command", "--interactive", "--command", "sh", "--task", closed};
        assertThat(aws.refused(ask))
                .contains("(InvalidParameterException)")
                .contains("execute command was not enabled when the task was run");
        node.stop(closed);

        JsonNode task = task("refused");
        assertThat(aws.refused(
                        "execute-command",
                        "--interactive",
                        "--command",
                        "sh",
                        "--task",
                        arn(task),
                        "--container",
                        "no"))
                .contains("(InvalidParameterException)")
                .contains("it has [main]");
        assertThat(aws.refused("execute-command", "--non-interactive", "--command", "sh", "--task", arn(task)))
                .contains("(InvalidParameterException)")
                .contains("Interactive is the only mode");
        assertThat(aws.refused("execute-command", "--interactive", "--command", "sh 'open", "--task", arn(task)))
                .contains("(InvalidParameterException)")
                .contains("not closed");
        assertThat(aws.refused("execute-command", "--interactive", "--command", "sh", "--task", "0123456789abcdef"))
                .contains("(InvalidParameterException)");
        assertThat(aws.refused(
                        "execute-command",
                        "--interactive",
                        "--command",
                        "sh",
                        "--task",
                        arn(task),
                        "--cluster",
                        "none"))
                .contains("(ClusterNotFoundException)");
        node.stop(arn(task));
        node.stopped(arn(task));
        assertThat(aws.refused("execute-command", "--interactive", "--command", "sh", "--task", arn(task)))
                .contains("(TargetNotConnectedException)");
    }
}
