package dev.gantry.e2e.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.e2e.bed.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a definition says is what its containers get. */
@Tag("e2e")
class TaskFeaturesTest {

    private static final String IDLE =
            "\"command\":[\"sh\",\"-c\",\"trap 'exit 0' TERM; while true; do sleep 0.1; done\"]";

    private static Path shared;
    private static OneNode node;

    @BeforeAll
    static void start() throws IOException {
        shared = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-shared");
        node = OneNode.start(
                "--host-path", shared.toString(), "--attributes", "gantry.efs.fs-1234abcd=127.0.0.1:/no/such/export");
    }

    @AfterAll
    static void stop() {
        node.close();
        Command.of("rm", "-rf", shared.toString()).run();
    }

    @Test
    void runsTheProcessAsItIsDefined() {
        JsonNode task = node.stopped(node.run("""
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,
             "environment":[{"name":"GREETING","value":"hello = world"}],
             "entryPoint":["sh","-c"],"command":["echo $GREETING; pwd; id -u; id -g; exit 5"],
             "workingDirectory":"/tmp","user":"1234:4321"}]
            """));
        assertThat(node.log(task, "main")).isEqualTo("hello = world\n/tmp\n1234\n4321\n");
        assertThat(OneNode.container(task, "main").path("exitCode").asInt()).isEqualTo(5);
        assertThat(task.path("stopCode").asText()).isEqualTo("EssentialContainerExited");
    }

    @Test
    void limitsContainersAndTheTaskAsAWhole() throws IOException {
        String arn = node.run("""
            "cpu":"512","memory":"96",
            "containerDefinitions":[
             {"name":"main","image":"IMAGE","memory":48,"memoryReservation":24,"cpu":256,%s},
             {"name":"side","image":"IMAGE","cpu":64,%s}]
            """.formatted(IDLE, IDLE));
        JsonNode task = node.running(arn);
        JsonNode main = node.inspect(task, "main").path("HostConfig");
        assertThat(main.path("Memory").asLong()).isEqualTo(48L << 20);
        assertThat(main.path("MemoryReservation").asLong()).isEqualTo(24L << 20);
        assertThat(main.path("CpuShares").asInt()).isEqualTo(256);
        JsonNode side = node.inspect(task, "side").path("HostConfig");
        assertThat(side.path("Memory").asLong()).isEqualTo(96L << 20);
        if (main.path("CgroupParent").asText().isEmpty()) {
            assertThat(side.path("CpuQuota").asLong() * 2)
                    .isEqualTo(side.path("CpuPeriod").asLong());
        } else {
            Path group = Path.of("/sys/fs/cgroup");
            String name = main.path("CgroupParent").asText().substring(1);
            assertThat(Files.readString(group.resolve("memory").resolve(name).resolve("memory.limit_in_bytes")))
                    .isEqualToIgnoringNewLines(String.valueOf(96L << 20));
            assertThat(Files.readString(group.resolve("cpu").resolve(name).resolve("cpu.cfs_quota_us")))
                    .isEqualToIgnoringNewLines("50000");
        }
        node.stop(arn);
    }

    @Test
    void setsLimitsOfTheProcess() {
        JsonNode task = node.stopped(node.run("""
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,
             "ulimits":[{"name":"nofile","softLimit":123,"hardLimit":456}],
             "command":["sh","-c","ulimit -Sn; ulimit -Hn"]}]
            """));
        assertThat(node.log(task, "main")).isEqualTo("123\n456\n");
    }

    @Test
    void linksContainersByNameAndAlias() {
        JsonNode task = node.stopped(node.run("""
            "containerDefinitions":[
             {"name":"web","image":"IMAGE","memory":16,"stopTimeout":2,
              "command":["sh","-c","echo linked > /tmp/index.html; exec httpd -f -p 80 -h /tmp"]},
             {"name":"asker","image":"IMAGE","memory":16,"links":["web:shop"],
              "command":["sh","-c","for i in $(seq 50); do wget -q -O - http://shop/ && exit 0; sleep 0.1; done; exit 1"]}]
            """));
        assertThat(node.log(task, "asker")).isEqualTo("linked\n");
        assertThat(OneNode.container(task, "asker").path("exitCode").asInt()).isZero();
    }

    @Test
    void sharesVolumesBetweenContainersAndKeepsSharedOnesByTheirName() {
        JsonNode task = node.stopped(node.run("""
            "volumes":[{"name":"scratch"},
             {"name":"mine","dockerVolumeConfiguration":{"scope":"task","driver":"local"}},
             {"name":"gantry-e2e-ours","dockerVolumeConfiguration":{"scope":"shared","autoprovision":true,"labels":{"a":"b"}}}],
            "containerDefinitions":[
             {"name":"writer","image":"IMAGE","memory":16,"essential":false,
              "mountPoints":[{"sourceVolume":"scratch","containerPath":"/s"},{"sourceVolume":"mine","containerPath":"/m"},
               {"sourceVolume":"gantry-e2e-ours","containerPath":"/o"}],
              "command":["sh","-c","echo s > /s/f; echo m > /m/f; echo o > /o/f"]},
             {"name":"reader","image":"IMAGE","memory":16,
              "dependsOn":[{"containerName":"writer","condition":"SUCCESS"}],
              "volumesFrom":[{"sourceContainer":"writer","readOnly":true}],
              "command":["sh","-c","cat /s/f /m/f /o/f; touch /s/g || exit 9"]}]
            """));
        assertThat(node.log(task, "reader")).startsWith("s\nm\no\n");
        assertThat(OneNode.container(task, "reader").path("exitCode").asInt()).isEqualTo(9);
        assertThat(node.engine()
                        .docker("volume", "inspect", "-f", "{{json .Labels}}", "gantry-e2e-ours")
                        .run()
                        .must())
                .isEqualToIgnoringNewLines("{\"a\":\"b\"}");
    }

    /** The machines of the tests have no server to mount from: what is asked of the kernel shows what would be mounted. */
    @Test
    void mountsFileSystemsFromWhereTheNodesOwnerSaysTheyAre() {
        JsonNode task = node.stopped(node.run("""
            "volumes":[{"name":"files","efsVolumeConfiguration":{"fileSystemId":"fs-1234abcd","rootDirectory":"/shop"}}],
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,
             "mountPoints":[{"sourceVolume":"files","containerPath":"/v"}],%s}]
            """.formatted(IDLE)));
        assertThat(task.path("stopCode").asText()).isEqualTo("TaskFailedToStart");
        assertThat(task.path("stoppedReason").asText()).contains(":/no/such/export/shop");
        JsonNode unknown = node.tryToRun("""
            "volumes":[{"name":"files","efsVolumeConfiguration":{"fileSystemId":"fs-unknown"}}],
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,
             "mountPoints":[{"sourceVolume":"files","containerPath":"/v"}],%s}]
            """.formatted(IDLE));
        assertThat(unknown.at("/failures/0/reason").asText()).isEqualTo("ATTRIBUTE");
    }

    @Test
    void refusesASharedVolumeThatNobodyMade() {
        JsonNode task = node.stopped(node.run("""
            "volumes":[{"name":"nowhere","dockerVolumeConfiguration":{"scope":"shared","autoprovision":false}}],
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,
             "mountPoints":[{"sourceVolume":"nowhere","containerPath":"/v"}],%s}]
            """.formatted(IDLE)));
        assertThat(task.path("stopCode").asText()).isEqualTo("TaskFailedToStart");
        assertThat(task.path("stoppedReason").asText())
                .isEqualTo(
                        "CannotCreateVolumeError: shared volume nowhere does not exist on this node, and autoprovision"
                                + " is off");
    }

    @Test
    void mountsHostPathsThatTheOwnerAllowsAndNoOthers() throws IOException {
        Path inside = Files.createDirectories(shared.resolve("inside"));
        Files.writeString(inside.resolve("f"), "from the host\n");
        JsonNode task = node.stopped(run(inside.toString(), "cat /v/f; echo back > /v/g"));
        assertThat(node.log(task, "main")).isEqualTo("from the host\n");
        assertThat(inside.resolve("g")).hasContent("back");

        Path link = Files.createSymbolicLink(shared.resolve("link"), Path.of("/etc"));
        assertRefused("/etc", "host path /etc is outside of the directories that this node allows");
        assertRefused(link.toString(), "host path " + link + " is outside of the directories that this node allows");
        String socket = node.engine().address().substring("unix://".length());
        assertRefused(socket, "host path " + socket + " is outside of the directories that this node allows");
        assertRefused(
                "/var/run/docker.sock",
                "host path /var/run/docker.sock is outside of the directories that this node allows");
    }

    private static String run(String hostPath, String command) {
        return node.run("""
            "volumes":[{"name":"v","host":{"sourcePath":"%s"}}],
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,
             "mountPoints":[{"sourceVolume":"v","containerPath":"/v"}],"command":["sh","-c","%s"]}]
            """.formatted(hostPath, command));
    }

    private static void assertRefused(String hostPath, String reason) {
        JsonNode task = node.stopped(run(hostPath, "true"));
        assertThat(task.path("stopCode").asText()).isEqualTo("TaskFailedToStart");
        assertThat(task.path("stoppedReason").asText()).isEqualTo("HostConfigError: " + reason);
    }

    @Test
    void givesWhatTheKernelOffers() {
        JsonNode task = node.stopped(node.run("""
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":32,"readonlyRootFilesystem":true,
             "linuxParameters":{"initProcessEnabled":true,"sharedMemorySize":7,
              "tmpfs":[{"containerPath":"/scratch","size":3,"mountOptions":["noexec"]}],
              "capabilities":{"drop":["ALL"],"add":["CHOWN"]}},
             "command":["sh","-c","touch /f || echo read-only; touch /scratch/f && echo scratch; cat /proc/1/comm; cat /proc/mounts"]}]
            """));
        String log = node.log(task, "main");
        assertThat(log).contains("read-only\n", "scratch\n", "docker-init\n");
        assertThat(log).containsPattern("tmpfs /scratch tmpfs \\S*noexec\\S*size=3072k");
        assertThat(log).containsPattern("shm /dev/shm tmpfs \\S*size=7168k");
        JsonNode host = node.inspect(task, "main").path("HostConfig");
        assertThat(host.path("CapDrop").toString()).isEqualTo("[\"ALL\"]");
        assertThat(host.path("CapAdd").toString()).contains("CHOWN");
    }

    @Test
    void sharesProcessesAndIpcObjectsWithinATask() {
        for (String network : List.of("bridge", "host", "awsvpc")) {
            JsonNode task = node.stopped(node.run("""
                "networkMode":"%s","pidMode":"task","ipcMode":"task",
                "containerDefinitions":[
                 {"name":"one","image":"IMAGE","memory":16,"stopTimeout":2,
                  "command":["sh","-c","busybox readlink /proc/self/ns/ipc; exec sleep 1234"]},
                 {"name":"two","image":"IMAGE","memory":16,
                  "dependsOn":[{"containerName":"one","condition":"START"}],
                  "command":["sh","-c","busybox readlink /proc/self/ns/ipc; for i in $(seq 50); do busybox ps | busybox grep -q 'sleep 123[4]' && exit 0; sleep 0.1; done; exit 1"]}]
                """.formatted(network)));
            assertThat(OneNode.container(task, "two").path("exitCode").asInt())
                    .as(network)
                    .isZero();
            assertThat(node.log(task, "two")).startsWith("ipc:").isEqualTo(node.log(task, "one"));
        }
    }

    @Test
    void startsContainersInTheOrderOfTheirDependencies() {
        JsonNode task = node.stopped(node.run("""
            "containerDefinitions":[
             {"name":"last","image":"IMAGE","memory":16,"command":["true"],
              "dependsOn":[{"containerName":"fails","condition":"COMPLETE"},{"containerName":"works","condition":"SUCCESS"},
               {"containerName":"serves","condition":"HEALTHY"}]},
             {"name":"fails","image":"IMAGE","memory":16,"essential":false,"command":["false"]},
             {"name":"works","image":"IMAGE","memory":16,"essential":false,"command":["true"]},
             {"name":"serves","image":"IMAGE","memory":16,"essential":false,%s,
              "healthCheck":{"command":["CMD-SHELL","true"],"interval":5,"retries":1}}]
            """.formatted(IDLE)));
        Instant last = started(task, "last");
        assertThat(last).isAfter(finished(task, "fails")).isAfter(finished(task, "works"));
        assertThat(Duration.between(started(task, "serves"), last)).isGreaterThan(Duration.ofSeconds(4));
        assertThat(OneNode.container(task, "last").path("exitCode").asInt()).isZero();
    }

    @Test
    void givesUpWhenADependencyFailsOrTakesTooLong() {
        String fails = node.run("""
            "containerDefinitions":[
             {"name":"main","image":"IMAGE","memory":16,%s,"dependsOn":[{"containerName":"first","condition":"SUCCESS"}]},
             {"name":"first","image":"IMAGE","memory":16,"essential":false,"command":["sh","-c","exit 4"]}]
            """.formatted(IDLE));
        String tooLong = node.run("""
            "containerDefinitions":[
             {"name":"main","image":"IMAGE","memory":16,%s,"dependsOn":[{"containerName":"first","condition":"COMPLETE"}]},
             {"name":"first","image":"IMAGE","memory":16,"essential":false,"startTimeout":2,%s}]
            """.formatted(IDLE, IDLE));
        assertThat(node.stopped(fails).path("stoppedReason").asText())
                .isEqualTo("TaskDependencyError: container main depends on first, which exited with code 4");
        assertThat(node.stopped(fails).path("stopCode").asText()).isEqualTo("TaskFailedToStart");
        assertThat(node.stopped(tooLong).path("stoppedReason").asText())
                .isEqualTo("TaskDependencyError: container main depends on first, which did not get there within its"
                        + " startTimeout of 2 s");
    }

    @Test
    void showsTheHealthOfContainersAndTheTask() {
        String well = node.run(healthy("true"));
        String ill = node.run(healthy("false"));
        JsonNode healthy =
                node.awaitTask(well, task -> task.path("healthStatus").asText().equals("HEALTHY"));
        assertThat(OneNode.container(healthy, "main").path("healthStatus").asText())
                .isEqualTo("HEALTHY");
        JsonNode unhealthy =
                node.awaitTask(ill, task -> task.path("healthStatus").asText().equals("UNHEALTHY"));
        assertThat(OneNode.container(unhealthy, "main").path("healthStatus").asText())
                .isEqualTo("UNHEALTHY");
        // A standalone task that is unhealthy runs on: only a service replaces its tasks.
        assertThat(OneNode.status(unhealthy)).isEqualTo("RUNNING");
        assertThat(node.gantry("why", ill).run().must()).contains("its health check fails");
        node.stop(well);
        node.stop(ill);
    }

    private static String healthy(String check) {
        return """
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,%s,
             "healthCheck":{"command":["CMD-SHELL","%s"],"interval":5,"timeout":2,"retries":1}}]
            """.formatted(IDLE, check);
    }

    @Test
    void killsAContainerThatIgnoresItsStop() {
        String arn = node.run("""
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,"stopTimeout":2,
             "command":["sh","-c","trap '' TERM; while true; do sleep 0.1; done"]}]
            """);
        node.running(arn);
        node.stop(arn);
        JsonNode task = node.stopped(arn);
        assertThat(OneNode.container(task, "main").path("exitCode").asInt()).isEqualTo(137);
        assertThat(task.path("stopCode").asText()).isEqualTo("UserInitiated");
        Instant asked = Instant.ofEpochMilli((long) (task.path("stoppingAt").asDouble() * 1000));
        assertThat(Duration.between(asked, finished(task, "main")))
                .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(15));
    }

    @Test
    void runsOnTheHostsNetworkAndOnNone() {
        String host = node.run("""
            "networkMode":"host","containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,
             "portMappings":[{"containerPort":20580}],"stopTimeout":2,
             "command":["sh","-c","echo of the host > /tmp/index.html; exec httpd -f -p 20580 -h /tmp"]}]
            """);
        JsonNode none = node.stopped(node.run("""
            "networkMode":"none","containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,
             "command":["ls","/sys/class/net"]}]
            """));
        assertThat(node.log(none, "main").strip()).isEqualTo("lo");
        JsonNode binding = OneNode.container(node.running(host), "main")
                .path("networkBindings")
                .path(0);
        assertThat(binding.path("hostPort").asInt()).isEqualTo(20580);
        assertThat(binding.path("containerPort").asInt()).isEqualTo(20580);
        Awaitility.await()
                .untilAsserted(() -> assertThat(Command.of("curl", "-s", "http://127.0.0.1:20580/")
                                .run()
                                .out())
                        .isEqualTo("of the host\n"));
        JsonNode second = node.tryToRun("""
            "networkMode":"host","containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,
             "portMappings":[{"containerPort":20580}],"command":["true"]}]
            """);
        assertThat(second.path("failures").path(0).path("reason").asText()).isEqualTo("RESOURCE:PORTS");
        node.stop(host);
    }

    @Test
    void namesTheContainerThatRanOutOfMemory() {
        JsonNode task = node.stopped(node.run("""
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":8,
             "command":["sh","-c","a=xxxxxxxx; while true; do a=$a$a; done"]}]
            """));
        assertThat(OneNode.container(task, "main").path("reason").asText())
                .isEqualTo("OutOfMemoryError: Container killed due to memory usage");
        assertThat(OneNode.container(task, "main").path("exitCode").asInt()).isEqualTo(137);
        assertThat(task.path("stopCode").asText()).isEqualTo("EssentialContainerExited");
    }

    @Test
    void goesOnWhenAContainerThatIsNotEssentialEnds() {
        String arn = node.run("""
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16,%s},
             {"name":"side","image":"IMAGE","memory":16,"essential":false,"command":["sh","-c","exit 3"]}]
            """.formatted(IDLE));
        JsonNode task = node.awaitTask(
                arn, seen -> OneNode.container(seen, "side").path("exitCode").asInt(-1) == 3);
        assertThat(OneNode.status(node.running(arn))).isEqualTo("RUNNING");
        assertThat(OneNode.status(OneNode.container(node.task(arn), "main"))).isEqualTo("RUNNING");
        assertThat(OneNode.status(OneNode.container(task, "side"))).isEqualTo("STOPPED");
        node.stop(arn);
    }

    @Test
    void showsWhatIsLeftOfTheNodeRightAfterEachChange() {
        Awaitility.await()
                .until(() -> node.instance().path("runningTasksCount").asInt() == 0
                        && node.instance().path("pendingTasksCount").asInt() == 0);
        List<Integer> before = remaining();
        String arn = node.run("""
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":40,"cpu":100,%s}]
            """.formatted(IDLE));
        // RunTask is answered before the scheduler has placed the task.
        node.awaitTask(arn, task -> task.hasNonNull("containerInstanceArn"));
        assertThat(remaining()).containsExactly(before.get(0) - 100, before.get(1) - 40);
        node.running(arn);
        assertThat(node.instance().path("runningTasksCount").asInt()).isOne();
        assertThat(remaining()).containsExactly(before.get(0) - 100, before.get(1) - 40);
        node.stop(arn);
        node.stopped(arn);
        assertThat(remaining()).isEqualTo(before);
        assertThat(node.instance().path("runningTasksCount").asInt()).isZero();
    }

    private static List<Integer> remaining() {
        List<Integer> values = new ArrayList<>();
        for (String name : List.of("CPU", "MEMORY")) {
            node.instance().path("remainingResources").forEach(resource -> {
                if (resource.path("name").asText().equals(name)) {
                    values.add(resource.path("integerValue").asInt());
                }
            });
        }
        return values;
    }

    @Test
    void saysWhichAttributeATaskRoleNeeds() {
        JsonNode answer = node.tryToRun("""
            "taskRoleArn":"arn:aws:iam::000000000000:role/reader",
            "containerDefinitions":[{"name":"main","image":"IMAGE","memory":16}]
            """);
        assertThat(answer.path("tasks")).isEmpty();
        JsonNode failure = answer.path("failures").path(0);
        assertThat(failure.path("reason").asText()).isEqualTo("ATTRIBUTE");
        assertThat(failure.path("detail").asText())
                .contains("com.amazonaws.ecs.capability.task-iam-role", "taskRoleArn");
    }

    private static Instant started(JsonNode task, String name) {
        return Instant.parse(
                node.inspect(task, name).path("State").path("StartedAt").asText());
    }

    private static Instant finished(JsonNode task, String name) {
        return Instant.parse(
                node.inspect(task, name).path("State").path("FinishedAt").asText());
    }
}
