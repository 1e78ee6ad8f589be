package dev.gantry.e2e.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Api;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Gantry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An agent that restarts while no controller answers does what it was last told. */
@Tag("e2e")
class LonelyAgentTest {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static Path home;
    private static Engine engine;
    private static Gantry server;
    private static Gantry agent;

    @BeforeAll
    static void start() throws IOException {
        home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-lonely");
        engine = Engine.start(home.resolve("engine"), "", "10.217.0.1/24");
        engine.importBusybox();
        String data = home + "/server";
        String[] words = {"server", "--data-dir", data, "--port", "20566", "--agent-port", "20567"};
        server = Gantry.start("server", home.resolve("server.log"), "", words).awaitLine("ready (");
        String token = Gantry.command("token", "--data-dir", data)
                .run()
                .must()
                .lines()
                .flatMap(line -> List.of(line.split(" ")).stream())
                .filter(word -> word.startsWith("GANTRY1-"))
                .findFirst()
                .orElseThrow();
        String join = token.contains("@") ? token : token + "@127.0.0.1:20567";
        String[] agentWords = {"agent", "--join", join, "--data-dir", home + "/agent", "--docker", engine.address()};
        agent = Gantry.start("agent", home.resolve("agent.log"), "", agentWords);
    }

    @AfterAll
    static void stop() {
        agent.close();
        server.close();
        engine.close();
        Command.of("rm", "-rf", home.toString()).run();
    }

    @Test
    void startsWhatIsDueAfterARestartWithoutAController() throws InterruptedException {
        Api api = new Api(Gantry.environment(home.resolve("server")));
        await(
                () -> api.call("ListContainerInstances", "{}"),
                nodes -> !nodes.path("containerInstanceArns").isEmpty());
        api.call("RegisterTaskDefinition", """
            {"family":"two","containerDefinitions":[
             {"name":"first","image":"%s","memory":16,"essential":false,"command":["sh","-c","while true; do sleep 0.1; done"]},
             {"name":"second","image":"%s","memory":16,"stopTimeout":2,"command":["sh","-c","while true; do sleep 0.1; done"],
              "dependsOn":[{"containerName":"first","condition":"COMPLETE"}]}]}
            """.formatted(Engine.IMAGE, Engine.IMAGE));
        JsonNode run = await(
                () -> api.call("RunTask", "{\"taskDefinition\":\"two\"}"),
                answer -> !answer.path("tasks").isEmpty());
        String arn = run.path("tasks").path(0).path("taskArn").asText();
        Callable<JsonNode> task = () -> api.call("DescribeTasks", "{\"tasks\":[\"" + arn + "\"]}")
                .path("tasks")
                .path(0);
        String first = OneNode.id(await(task, seen -> !OneNode.id(seen, "first").isEmpty()), "first");

        server.kill();
        agent.kill();
        engine.docker("kill", first).run().must();
        agent.restart();
        List<String> second =
                await(() -> engine.containers("com.amazonaws.ecs.container-name=second", false), ids -> !ids.isEmpty());

        server.restart();
        server.awaitLine("ready (");
        JsonNode seen = await(task, now -> OneNode.status(now).equals("RUNNING"));
        assertThat(OneNode.id(seen, "second")).isEqualTo(second.getFirst());
        assertThat(OneNode.container(seen, "first").path("exitCode").asInt()).isEqualTo(137);
    }

    private static <T> T await(Callable<T> look, Predicate<T> wanted) {
        return Awaitility.await("logs in " + home)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .until(look, wanted);
    }
}
