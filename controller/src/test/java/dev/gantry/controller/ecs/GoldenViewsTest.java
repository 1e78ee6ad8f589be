package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Health;
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is described, member for member, is what {@code /ecs/*.json} says. */
class GoldenViewsTest {

    private final JsonMapper json = JsonMapper.builder().build();
    private EcsWorld world;
    private String task = "";

    @BeforeEach
    void runATask() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
        world.call(
                "RegisterTaskDefinition",
                "{'family':'web','containerDefinitions':[{'name':'app','image':'busybox','cpu':128,'memory':64,"
                        + "'portMappings':[{'containerPort':80,'hostPort':8080}],"
                        + "'dependsOn':[{'containerName':'init','condition':'SUCCESS'}]},"
                        + "{'name':'init','image':'busybox','memoryReservation':32,'essential':false}]}");
        task = world.call("RunTask", "{'taskDefinition':'web','startedBy':'me','tags':[{'key':'k','value':'v'}]}")
                .at("/tasks/0/taskArn")
                .asText();
        long now = world.now().toEpochMilli();
        world.change(
                task,
                workload -> Workloads.observed(
                        workload.toBuilder()
                                .setPlacement(Placement.newBuilder()
                                        .setNode(EcsWorld.NODE)
                                        .setPlacedAtMs(now + 1))
                                .build(),
                        Observation.newBuilder()
                                .setPhase(Phase.RUNNING)
                                .setPullStartedAtMs(now + 10)
                                .setPullStoppedAtMs(now + 20)
                                .setStartedAtMs(now + 1500)
                                .setHealth(Health.HEALTHY)
                                .addContainers(ContainerStatus.newBuilder()
                                        .setName("app")
                                        .setPhase(Phase.RUNNING)
                                        .setRuntimeId("abc")
                                        .setImageDigest("sha256:1")
                                        .setHealth(Health.HEALTHY)
                                        .addBindings(NetworkBinding.newBuilder()
                                                .setBindIp("0.0.0.0")
                                                .setContainerPort(80)
                                                .setHostPort(8080)))
                                .addContainers(ContainerStatus.newBuilder()
                                        .setName("init")
                                        .setPhase(Phase.STOPPED)
                                        .setExitCode(0))
                                .build()));
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void aRunningTaskLooksAsDescribeTasksShowsIt() throws Exception {
        assertGolden("task.json", world.call("DescribeTasks", "{'tasks':['" + task + "'],'include':['TAGS']}"));
    }

    @Test
    void aBusyNodeLooksAsDescribeContainerInstancesShowsIt() throws Exception {
        assertGolden(
                "container-instance.json",
                world.call(
                        "DescribeContainerInstances",
                        "{'containerInstances':['" + EcsWorld.NODE
                                + "'],'include':['CONTAINER_INSTANCE_HEALTH','TAGS']}"));
    }

    @Test
    void aDefinitionLooksAsDescribeTaskDefinitionShowsIt() throws Exception {
        assertGolden("task-definition.json", world.call("DescribeTaskDefinition", "{'taskDefinition':'web'}"));
    }

    @Test
    void aServiceLooksAsDescribeServicesShowsIt() throws Exception {
        world.call("CreateService", "{'serviceName':'site','taskDefinition':'web','desiredCount':1}");
        assertGolden("service.json", world.call("DescribeServices", "{'services':['site']}"));
    }

    @Test
    void aClusterLooksAsDescribeClustersShowsIt() throws Exception {
        assertGolden(
                "cluster.json",
                world.call("DescribeClusters", "{'include':['SETTINGS','STATISTICS','CONFIGURATIONS','TAGS']}"));
    }

    private void assertGolden(String file, JsonNode actual) throws IOException {
        try (InputStream in = Objects.requireNonNull(GoldenViewsTest.class.getResourceAsStream("/ecs/" + file), file)) {
            String expected = json.readTree(in).toPrettyString();
            // Through text, so that numbers compare as they are written.
            assertThat(json.readTree(actual.toString()).toPrettyString()).isEqualTo(expected);
        }
    }
}
