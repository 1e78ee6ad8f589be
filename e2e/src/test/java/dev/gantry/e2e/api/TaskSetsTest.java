package dev.gantry.e2e.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Engine;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Hosts;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A service that somebody outside deploys, with the real {@code aws} command. */
@Tag("e2e")
class TaskSetsTest {

    private static final Duration TIME = Duration.ofSeconds(60);

    private static Hosts hosts;
    private static Fleet fleet;
    private static Aws aws;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(1);
        fleet = Fleet.start(hosts, "--settle", "1s");
        aws = fleet.aws();
    }

    @AfterAll
    static void stop() {
        fleet.close();
        hosts.close();
    }

    @Test
    void movesAServiceFromOneTaskSetToAnother() {
        String definition = register();
        aws.ecs(
                "create-service",
                "--service-name",
                "sets",
                "--desired-count",
                "2",
                "--deployment-controller",
                "type=EXTERNAL");
        String one = create(definition, 100);
        awaitStable(one, 2);
        assertThat(aws.ecs(
                                "update-service-primary-task-set",
                                "--cluster",
                                "default",
                                "--service",
                                "sets",
                                "--primary-task-set",
                                one)
                        .path("taskSet")
                        .path("status")
                        .asText())
                .isEqualTo("PRIMARY");
        String two = create(definition, 50);
        awaitStable(two, 1);
        call("update-task-set", two, "--scale", "value=100,unit=PERCENT");
        awaitStable(two, 2);
        call("delete-task-set", one, "--force");
        Awaitility.await("the first task set to go").atMost(TIME).until(() -> sets().size() == 1);
        assertThat(sets().path(0).path("id").asText()).isEqualTo(two);
        aws.ecs("delete-service", "--service", "sets", "--force");
        aws.command("wait", "services-inactive", "--services", "sets").run().must();
    }

    @Test
    void refusesInTheWordsOfAws() {
        String definition = register();
        aws.ecs(
                "create-service",
                "--service-name",
                "empty",
                "--desired-count",
                "0",
                "--deployment-controller",
                "type=EXTERNAL");
        for (String operation : new String[] {"delete-task-set", "update-task-set"}) {
            String[] scale = operation.startsWith("update") ? new String[] {"--scale", "value=1"} : new String[0];
            assertThat(refused(operation, "empty", "--task-set", scale)).contains("(TaskSetNotFoundException)");
            assertThat(refused(operation, "none", "--task-set", scale)).contains("(ServiceNotFoundException)");
        }
        assertThat(refused("update-service-primary-task-set", "empty", "--primary-task-set"))
                .contains("(TaskSetNotFoundException)");
        assertThat(refused("update-service-primary-task-set", "none", "--primary-task-set"))
                .contains("(ServiceNotFoundException)");
        assertThat(aws.refused("describe-task-sets", "--cluster", "default", "--service", "none"))
                .contains("(ServiceNotFoundException)");
        assertThat(aws.refused("describe-task-sets", "--cluster", "none", "--service", "empty"))
                .contains("(ClusterNotFoundException)");
        assertThat(aws.refused(
                        "create-task-set",
                        "--cluster",
                        "default",
                        "--service",
                        "none",
                        "--task-definition",
                        definition))
                .contains("(ServiceNotFoundException)");
        assertThat(aws.refused(
                        "create-task-set",
                        "--cluster",
                        "default",
                        "--service",
                        "empty",
                        "--task-definition",
                        "unknown"))
                .contains("(ClientException)");
        assertThat(aws.refused("update-service", "--service", "empty", "--task-definition", definition))
                .contains("(InvalidParameterException)");
    }

    private static String refused(String operation, String service, String flag, String... more) {
        String[] words = new String[7 + more.length];
        System.arraycopy(
                new String[] {operation, "--cluster", "default", "--service", service, flag, "ecs-svc/1"},
                0,
                words,
                0,
                7);
        System.arraycopy(more, 0, words, 7, more.length);
        return aws.refused(words);
    }

    private static void call(String operation, String taskSet, String... more) {
        String[] words = new String[7 + more.length];
        System.arraycopy(
                new String[] {operation, "--cluster", "default", "--service", "sets", "--task-set", taskSet},
                0,
                words,
                0,
                7);
        System.arraycopy(more, 0, words, 7, more.length);
        aws.ecs(words);
    }

    private static String register() {
        String container = """
            [{"name":"main","image":"%s","memory":16,"essential":true,"stopTimeout":1,
              "command":["/bin/sh","-c","trap 'exit 0' TERM; while true; do sleep 0.1; done"]}]
            """.formatted(Engine.IMAGE);
        return aws.ecs("register-task-definition", "--family", "sets", "--container-definitions", container)
                .path("taskDefinition")
                .path("taskDefinitionArn")
                .asText();
    }

    private static String create(String definition, int percent) {
        return aws.ecs(
                        "create-task-set",
                        "--cluster",
                        "default",
                        "--service",
                        "sets",
                        "--task-definition",
                        definition,
                        "--scale",
                        "value=" + percent + ",unit=PERCENT")
                .path("taskSet")
                .path("id")
                .asText();
    }

    private static JsonNode sets() {
        return aws.ecs("describe-task-sets", "--cluster", "default", "--service", "sets")
                .path("taskSets");
    }

    private static void awaitStable(String id, int running) {
        Awaitility.await(id + " to be stable with " + running)
                .atMost(TIME)
                .pollInterval(Duration.ofMillis(300))
                .until(() -> Fleet.stream(sets())
                        .anyMatch(set -> set.path("id").asText().equals(id)
                                && set.path("runningCount").asInt() == running
                                && set.path("stabilityStatus").asText().equals("STEADY_STATE")));
    }
}
