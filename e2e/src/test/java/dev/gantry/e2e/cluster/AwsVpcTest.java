package dev.gantry.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Aws;
import dev.gantry.e2e.bed.Command;
import dev.gantry.e2e.bed.Fleet;
import dev.gantry.e2e.bed.Host;
import dev.gantry.e2e.bed.Hosts;
import dev.gantry.e2e.bed.ShellImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tasks in the network mode awsvpc on two machines: each has an address that all of them reach. */
@Tag("e2e")
class AwsVpcTest {

    private static final String DEFINITION = """
        {"family":"vpc","networkMode":"awsvpc","containerDefinitions":[
         {"name":"web","image":"%1$s","memory":32,"cpu":10,"essential":true,"stopTimeout":2,"portMappings":[{"containerPort":8080}],
          "command":["sh","-c","mkdir -p /tmp/www; busybox hostname > /tmp/www/index.html; exec busybox httpd -f -p 8080 -h /tmp/www"]},
         {"name":"side","image":"%1$s","memory":32,"cpu":10,"essential":true,"stopTimeout":2,
          "command":["sh","-c","trap 'exit 0' TERM; while true; do sleep 0.1; done"]}]}\
        """;

    private static final String NETWORK = "awsvpcConfiguration={subnets=[subnet-1]}";

    private static Hosts hosts;
    private static Fleet fleet;
    private static Aws aws;

    @BeforeAll
    static void start() {
        hosts = Hosts.start(2);
        hosts.all().parallelStream().forEach(host -> ShellImage.on(host.engine()));
        fleet = Fleet.start(hosts, "--settle", "1s");
        aws = fleet.aws();
        aws.ecs("register-task-definition", "--cli-input-json", DEFINITION.formatted(ShellImage.NAME));
    }

    @AfterAll
    static void stop() {
        if (hosts != null) {
            fleet.close();
            hosts.close();
        }
    }

    private static List<JsonNode> tasks(String status) {
        JsonNode arns = aws.ecs("list-tasks", "--desired-status", status).path("taskArns");
        List<String> words = new ArrayList<>(List.of("describe-tasks", "--tasks"));
        arns.forEach(arn -> words.add(arn.asText()));
        return arns.isEmpty()
                ? List.of()
                : Fleet.stream(aws.ecs(words.toArray(String[]::new)).path("tasks"))
                        .toList();
    }

    private static String address(JsonNode task) {
        return Fleet.stream(task.at("/attachments/0/details"))
                .filter(detail -> detail.path("name").asText().equals("privateIPv4Address"))
                .map(detail -> detail.path("value").asText())
                .findFirst()
                .orElse("");
    }

    /** The containers {@code side} of all tasks, by the engine's id, and on which machine each is. */
    private static Map<String, Host> sides() {
        Map<String, Host> found = new TreeMap<>();
        for (Host host : hosts.all()) {
            host.engine()
                    .docker("ps", "-q", "--filter", "label=com.amazonaws.ecs.container-name=side")
                    .run()
                    .must()
                    .lines()
                    .forEach(id -> found.put(id, host));
        }
        return found;
    }

    @Test
    void haveAddressesThatAllMachinesReach() {
        aws.ecs(
                "create-service",
                "--service-name",
                "vpc",
                "--task-definition",
                "vpc",
                "--desired-count",
                "3",
                "--placement-strategy",
                "type=spread,field=instanceId",
                "--network-configuration",
                NETWORK);
        Awaitility.await("three running tasks").atMost(Duration.ofSeconds(60)).until(() -> {
            List<JsonNode> running = tasks("RUNNING");
            return running.size() == 3
                    && running.stream()
                            .allMatch(task -> task.path("lastStatus").asText().equals("RUNNING"));
        });
        List<JsonNode> running = tasks("RUNNING");
        List<String> addresses = running.stream().map(AwsVpcTest::address).toList();
        assertThat(addresses).doesNotHaveDuplicates().allMatch(address -> address.startsWith("10.42."));
        assertThat(running).allSatisfy(task -> {
            assertThat(task.at("/attachments/0/status").asText()).isEqualTo("ATTACHED");
            assertThat(task.path("containers")).hasSize(2);
            assertThat(task.at("/containers/0/networkInterfaces/0/privateIpv4Address")
                            .asText())
                    .isEqualTo(address(task));
        });
        Map<String, Host> sides = sides();
        assertThat(sides.values()).as("machines with a task").contains(hosts.get(0), hosts.get(1));
        for (Map.Entry<String, Host> side : sides.entrySet()) {
            for (String to : addresses) {
                assertThat(get(side, to)).as("%s from %s", to, side.getKey()).isNotBlank();
            }
            // Its own neighbour, on the network that they share.
            assertThat(get(side, "127.0.0.1")).isNotBlank();
        }

        aws.ecs("update-service", "--service", "vpc", "--desired-count", "0");
        Awaitility.await("the tasks to have stopped")
                .atMost(Duration.ofSeconds(60))
                .until(() -> tasks("STOPPED").size() == 3
                        && tasks("STOPPED").stream()
                                .allMatch(
                                        task -> task.path("lastStatus").asText().equals("STOPPED")));
        assertThat(tasks("STOPPED")).allSatisfy(task -> {
            assertThat(task.at("/attachments/0/status").asText()).isEqualTo("DELETED");
            assertThat(task.at("/containers/1/exitCode").asInt(-1)).isZero();
        });
    }

    private static String get(Map.Entry<String, Host> from, String address) {
        Command.Result answer = from.getValue()
                .engine()
                .docker("exec", from.getKey(), "sh", "-c", ShellImage.get(address, 8080))
                .run();
        return answer.exit() == 0 ? answer.out().strip() : "";
    }

    @Test
    void sayWhatTheyNeed() {
        assertThat(aws.refused("run-task", "--task-definition", "vpc"))
                .contains("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
    }
}
