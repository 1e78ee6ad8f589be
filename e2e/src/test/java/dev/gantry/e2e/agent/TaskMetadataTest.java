package dev.gantry.e2e.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.e2e.bed.Command;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers ask at 169.254.170.2 about themselves, from every network that they may be on. */
@Tag("e2e")
class TaskMetadataTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static OneNode node;

    @BeforeAll
    static void start() {
        node = OneNode.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** Runs a container that asks at once, without waiting for anything. */
    private static JsonNode asked(String network, String rest) throws JsonProcessingException {
        JsonNode task = node.stopped(run(network, "wget -q -O - $ECS_CONTAINER_METADATA_URI_V4" + rest, ""));
        return JSON.readTree(node.log(task, "main"));
    }

    private static String run(String network, String script, String more) {
        return node.run("""
            "networkMode":"%s","cpu":"256","memory":"64",
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":32,"cpu":64,"stopTimeout":2%s,
             "command":["sh","-c","%s"]}]
            """.formatted(network, more, script));
    }

    private static String idle(String network) {
        return run(network, "trap 'exit 0' TERM; while true; do sleep 0.1; done", "");
    }

    private static String inside(JsonNode task, String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "exec";
        all[1] = OneNode.id(task, "main");
        System.arraycopy(words, 0, all, 2, words.length);
        Command.Result result = node.engine().docker(all).run();
        return result.out() + result.err();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "host", "awsvpc"})
    void tellATaskAboutItselfFromItsFirstMoment(String network) throws JsonProcessingException {
        JsonNode told = asked(network, "/task");

        assertThat(told.path("Cluster").asText()).isEqualTo("default");
        assertThat(told.path("TaskARN").asText()).contains(":task/default/");
        assertThat(told.path("Limits").toString()).isEqualTo("{\"CPU\":0.25,\"Memory\":64}");
        assertThat(told.path("LaunchType").asText()).isEqualTo("EC2");
        assertThat(told.path("DesiredStatus").asText()).isEqualTo("RUNNING");
        JsonNode main = told.path("Containers").get(told.path("Containers").size() - 1);
        assertThat(main.path("Name").asText()).isEqualTo("main");
        assertThat(main.path("KnownStatus").asText()).isEqualTo("RUNNING");
        assertThat(main.path("Limits").toString()).isEqualTo("{\"CPU\":64,\"Memory\":32}");
        assertThat(main.path("Networks").path(0).path("NetworkMode").asText()).isEqualTo(network);
        assertThat(main.path("Labels").has("com.amazonaws.ecs.task-arn")).isTrue();
    }

    @Test
    void tellTheSameAsTheApiAndTheEngine() throws JsonProcessingException {
        String arn = node.call(
                        "RunTask",
                        "{\"taskDefinition\":\"" + family() + "\",\"tags\":[{\"key\":\"team\",\"value\":\"blue\"}]}")
                .path("tasks")
                .path(0)
                .path("taskArn")
                .asText();
        JsonNode task = node.running(arn);

        JsonNode told = JSON.readTree(inside(task, "sh", "-c", "wget -q -O - $ECS_CONTAINER_METADATA_URI_V4"));
        assertThat(told.path("ContainerARN").asText())
                .isEqualTo(OneNode.container(task, "main").path("containerArn").asText());
        assertThat(told.path("DockerId").asText()).isEqualTo(OneNode.id(task, "main"));
        assertThat(told.path("StartedAt").asText())
                .isEqualTo(node.inspect(task, "main")
                        .path("State")
                        .path("StartedAt")
                        .asText());

        JsonNode tagged =
                JSON.readTree(inside(task, "sh", "-c", "wget -q -O - $ECS_CONTAINER_METADATA_URI/taskWithTags"));
        assertThat(tagged.path("TaskTags").toString()).isEqualTo("{\"team\":\"blue\"}");
        node.call("TagResource", "{\"resourceArn\":\"" + arn + "\",\"tags\":[{\"key\":\"team\",\"value\":\"red\"}]}");
        Awaitility.await()
                .until(() -> inside(task, "sh", "-c", "wget -q -O - $ECS_CONTAINER_METADATA_URI_V4/taskWithTags")
                        .contains("{\"team\":\"red\"}"));
        node.stop(arn);
    }

    private static String family() {
        String arn = idle("bridge");
        String definition = node.task(arn).path("taskDefinitionArn").asText();
        node.stop(arn);
        return definition;
    }

    @ParameterizedTest
    @CsvSource({"bridge", "awsvpc"})
    void tellStatistics(String network) throws JsonProcessingException {
        String arn = idle(network);
        JsonNode task = node.running(arn);

        JsonNode one = JSON.readTree(inside(task, "sh", "-c", "wget -q -O - $ECS_CONTAINER_METADATA_URI_V4/stats"));
        assertThat(one.path("cpu_stats").path("cpu_usage").path("total_usage").asLong())
                .isPositive();
        assertThat(one.path("memory_stats").path("usage").asLong()).isPositive();
        assertThat(one.path("network_rate_stats").has("rx_bytes_per_sec")).isTrue();
        JsonNode all =
                JSON.readTree(inside(task, "sh", "-c", "wget -q -O - $ECS_CONTAINER_METADATA_URI_V4/task/stats"));
        assertThat(all.path(OneNode.id(task, "main"))
                        .path("precpu_stats")
                        .path("cpu_usage")
                        .path("total_usage")
                        .asLong())
                .isPositive();
        node.stop(arn);
    }

    /** How many are refused as too many depends on how fast the machine asks; each is answered one way or the other. */
    @Test
    void answerEachOfManyQuestionsInARow() {
        JsonNode task = node.running(idle("bridge"));

        String told = inside(task, "sh", "-c", """
            for i in $(seq 300); do wget -q -O - $ECS_CONTAINER_METADATA_URI_V4 2>&1; echo; done
            """);

        List<String> answers = told.lines().filter(line -> !line.isBlank()).toList();
        assertThat(answers).hasSize(300).allMatch(line -> line.contains("DockerId") || line.contains("429"));
        assertThat(answers.stream().filter(line -> line.contains("DockerId"))).hasSizeGreaterThanOrEqualTo(60);
        node.stop(task.path("taskArn").asText());
    }

    @Test
    void answerVersionTwoToATaskWithAnAddressOfItsOwn() throws JsonProcessingException {
        String arn = idle("awsvpc");
        JsonNode task = node.running(arn);

        JsonNode told = JSON.readTree(inside(task, "wget", "-q", "-O", "-", "http://169.254.170.2/v2/metadata"));
        assertThat(told.path("TaskARN").asText()).isEqualTo(arn);
        assertThat(told.path("Containers").findValuesAsText("Type")).containsExactly("CNI_PAUSE", "NORMAL");
        node.stop(arn);
    }

    /** The endpoint needs PUT, which the image's wget does not know: it is written out, by one who stays until it is answered. */
    @Test
    void letATaskOfAServiceProtectItself() throws JsonProcessingException {
        String definition = family();
        node.call(
                "CreateService",
                "{\"serviceName\":\"queue\",\"desiredCount\":1,\"taskDefinition\":\"" + definition + "\"}");
        String[] found = {""};
        Awaitility.await().until(() -> {
            found[0] = node.call("ListTasks", "{\"serviceName\":\"queue\"}")
                    .path("taskArns")
                    .path(0)
                    .asText();
            return !found[0].isEmpty();
        });
        JsonNode task = node.running(found[0]);

        JsonNode free = JSON.readTree(inside(task, "sh", "-c", "wget -q -O - $ECS_AGENT_URI/task-protection/v1/state"));
        assertThat(free.at("/protection/ProtectionEnabled").asBoolean()).isFalse();
        String put = inside(task, "sh", "-c", """
            B='{"ProtectionEnabled":true,"ExpiresInMinutes":60}'
            P=$(echo $ECS_AGENT_URI/task-protection/v1/state | busybox sed s,http://169.254.170.2,,)
            (busybox printf 'PUT %s HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\nContent-Length: %d\\r\\n\\r\\n%s' $P ${#B} $B; sleep 2) \
             | busybox nc 169.254.170.2 80
            """);

        assertThat(put).contains("200 OK").contains("\"ProtectionEnabled\":true");
        JsonNode shown = node.call("GetTaskProtection", "{\"cluster\":\"default\",\"tasks\":[\"" + found[0] + "\"]}");
        assertThat(shown.at("/protectedTasks/0/protectionEnabled").asBoolean()).isTrue();
        assertThat(shown.at("/protectedTasks/0/taskArn").asText()).isEqualTo(found[0]);
        node.call("DeleteService", "{\"service\":\"queue\",\"force\":true}");
    }

    @Test
    void saysThatAStandaloneTaskCannotBeProtected() {
        JsonNode task = node.running(idle("bridge"));
        assertThat(inside(task, "sh", "-c", "wget -q -O - $ECS_AGENT_URI/task-protection/v1/state"))
                .contains("\"Reason\":\"TASK_NOT_VALID\"");
        node.stop(task.path("taskArn").asText());
    }

    @Test
    void tellNobodyOfOthers() {
        JsonNode one = node.running(idle("bridge"));
        JsonNode other = node.running(idle("bridge"));
        JsonNode onHost = node.running(idle("host"));
        String uri =
                inside(one, "sh", "-c", "echo $ECS_CONTAINER_METADATA_URI_V4").strip();

        assertThat(uri).matches("http://169\\.254\\.170\\.2/v4/[0-9a-f]{32}-[0-9a-f]{32}");
        assertThat(inside(one, "wget", "-q", "-O", "-", uri)).contains("DockerId");
        assertThat(inside(other, "wget", "-q", "-O", "-", uri)).contains("404");
        assertThat(inside(onHost, "wget", "-q", "-O", "-", uri)).contains("404");
        assertThat(inside(other, "wget", "-q", "-O", "-", "http://169.254.170.2/v2/metadata"))
                .contains("404");
        List.of(one, other, onHost)
                .forEach(task -> node.stop(task.path("taskArn").asText()));
    }

    @Test
    void areNotPromisedWhereThereIsNoNetwork() {
        JsonNode task = node.stopped(run("none", "env", ""));
        assertThat(node.log(task, "main")).doesNotContain("METADATA");
        JsonNode cut = node.stopped(run("bridge", "env", ",\"disableNetworking\":true"));
        assertThat(node.log(cut, "main")).doesNotContain("METADATA");
    }
}
