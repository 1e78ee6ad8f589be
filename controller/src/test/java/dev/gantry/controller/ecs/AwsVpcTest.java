package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Workload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tasks with a network interface of their own. */
class AwsVpcTest {

    private static final String NETWORK =
            "'networkConfiguration':{'awsvpcConfiguration':{'subnets':['subnet-1','subnet-2']}}";

    private EcsWorld world;

    @BeforeEach
    void open() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
        world.call(
                "RegisterTaskDefinition",
                "{'family':'vpc','networkMode':'awsvpc','containerDefinitions':[{'name':'app','image':'busybox','memory':64,"
                    + "'portMappings':[{'containerPort':80}]}]}");
    }

    @AfterEach
    void close() {
        world.close();
    }

    private String run() throws InterruptedException {
        return world.call("RunTask", "{'taskDefinition':'vpc'," + NETWORK + "}")
                .at("/tasks/0/taskArn")
                .asText();
    }

    private JsonNode task(String arn) throws InterruptedException {
        return world.call("DescribeTasks", "{'tasks':['" + arn + "']}").at("/tasks/0");
    }

    private static String detail(JsonNode task, String name) {
        for (JsonNode detail : task.at("/attachments/0/details")) {
            if (detail.path("name").asText().equals(name)) {
                return detail.path("value").asText();
            }
        }
        return "";
    }

    private Workload workload(String arn) {
        String id = arn.substring(arn.lastIndexOf('/') + 1);
        return world.store
                .snapshot()
                .get(Kinds.WORKLOAD.key("default", id))
                .orElseThrow()
                .value();
    }

    @Test
    void needANodeThatCanGiveOneAndNoPortsOfIt() throws InterruptedException {
        Workload workload = workload(run());
        assertThat(workload.getSpec().getNetwork()).isEqualTo(NetworkMode.AWSVPC);
        assertThat(workload.getSpec().getRequiredAttributesList()).contains("ecs.capability.task-eni");
        assertThat(workload.getSpec().getResources().getTcpPortsList()).isEmpty();
    }

    @Test
    void showItOnceTheyHaveIt() throws InterruptedException {
        String arn = run();
        JsonNode fresh = task(arn);
        assertThat(fresh.at("/attachments/0/type").asText()).isEqualTo("ElasticNetworkInterface");
        assertThat(fresh.at("/attachments/0/status").asText()).isEqualTo("PRECREATED");
        assertThat(detail(fresh, "subnetId")).isEqualTo("subnet-1");
        assertThat(detail(fresh, "networkInterfaceId")).matches("eni-[0-9a-f]{17}");
        assertThat(detail(fresh, "privateIPv4Address")).isEmpty();

        world.change(
                arn,
                workload -> workload.toBuilder()
                        .setObserved(workload.getObserved().toBuilder()
                                .setPhase(Phase.RUNNING)
                                .addAddresses("10.42.7.9")
                                .addContainers(ContainerStatus.newBuilder()
                                        .setName("internal.ecs.pause")
                                        .setPhase(Phase.RUNNING))
                                .addContainers(ContainerStatus.newBuilder()
                                        .setName("app")
                                        .setPhase(Phase.RUNNING)))
                        .build());
        JsonNode running = task(arn);
        assertThat(running.at("/attachments/0/status").asText()).isEqualTo("ATTACHED");
        assertThat(detail(running, "privateIPv4Address")).isEqualTo("10.42.7.9");
        assertThat(running.path("containers")).hasSize(1);
        assertThat(running.at("/containers/0/networkInterfaces/0/privateIpv4Address")
                        .asText())
                .isEqualTo("10.42.7.9");
        assertThat(running.at("/containers/0/networkInterfaces/0/attachmentId"))
                .isEqualTo(running.at("/attachments/0/id"));
    }

    @Test
    void ofAServiceMoveWhenItsNetworkDoes() throws InterruptedException {
        world.call("CreateService", "{'serviceName':'site','taskDefinition':'vpc','desiredCount':0," + NETWORK + "}");
        JsonNode same = world.call("UpdateService", "{'service':'site','desiredCount':0}");
        assertThat(same.at("/service/deployments")).hasSize(1);
        assertThat(same.at("/service/networkConfiguration/awsvpcConfiguration/subnets/0")
                        .asText())
                .isEqualTo("subnet-1");
        JsonNode moved = world.call(
                "UpdateService",
                "{'service':'site','networkConfiguration':{'awsvpcConfiguration':{'subnets':['subnet-3']}}}");
        assertThat(moved.at("/service/deployments")).hasSize(2);
        assertThat(moved.at("/service/networkConfiguration/awsvpcConfiguration/subnets/0")
                        .asText())
                .isEqualTo("subnet-3");
    }
}
