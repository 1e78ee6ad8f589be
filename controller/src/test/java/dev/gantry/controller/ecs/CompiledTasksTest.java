package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.Dependency;
import dev.gantry.proto.EfsVolume;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PlacementConstraint;
import dev.gantry.proto.PlacementStrategy;
import dev.gantry.proto.WorkloadSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a definition says is what scheduler and agent read. */
class CompiledTasksTest {

    private static final long MIB = 1024L * 1024;

    private EcsWorld world;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        world.join(EcsWorld.NODE);
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void sizesOfTheTaskAreReservedAndLimited() throws InterruptedException {
        WorkloadSpec spec = compiled("'cpu':'512','memory':'256',", "'cpu':128");
        assertThat(spec.getResources().getCpuUnits()).isEqualTo(512);
        assertThat(spec.getResources().getMemoryBytes()).isEqualTo(256 * MIB);
        assertThat(spec.getCpuLimitUnits()).isEqualTo(512);
        assertThat(spec.getMemoryLimitBytes()).isEqualTo(256 * MIB);
    }

    @Test
    void withoutSizesOfTheTaskReservationsOfContainersAreSummed() throws InterruptedException {
        WorkloadSpec spec = compiled("", "'cpu':128,'memory':100,'memoryReservation':50");
        assertThat(spec.getResources().getCpuUnits()).isEqualTo(128);
        assertThat(spec.getResources().getMemoryBytes()).isEqualTo(50 * MIB);
        assertThat(spec.getCpuLimitUnits()).isZero();
        assertThat(spec.getContainers(0).getMemoryLimitBytes()).isEqualTo(100 * MIB);
    }

    @Test
    void onlyFixedHostPortsAreReserved() throws InterruptedException {
        WorkloadSpec spec = compiled(
                "",
                "'memory':64,'portMappings':[{'containerPort':80,'hostPort':8080},{'containerPort':81},"
                        + "{'containerPort':53,'hostPort':53,'protocol':'udp'}]");
        assertThat(spec.getResources().getTcpPortsList()).containsExactly(8080);
        assertThat(spec.getResources().getUdpPortsList()).containsExactly(53);
        assertThat(spec.getContainers(0).getPortsList()).hasSize(3);
    }

    @Test
    void inHostModeTheContainersPortIsReserved() throws InterruptedException {
        WorkloadSpec spec = compiled("'networkMode':'host',", "'memory':64,'portMappings':[{'containerPort':80}]");
        assertThat(spec.getNetwork()).isEqualTo(NetworkMode.HOST);
        assertThat(spec.getResources().getTcpPortsList()).containsExactly(80);
    }

    @Test
    void theRestOfAContainerArrivesWhole() throws InterruptedException {
        ContainerSpec spec = compiled(
                        "'volumes':[{'name':'data','host':{'sourcePath':'/srv'}},{'name':'tmp'}],",
                        "'memory':64,'command':['sh'],'entryPoint':['/bin/e'],'user':'1000','workingDirectory':'/w',"
                            + "'stopTimeout':7,'mountPoints':[{'sourceVolume':'data','containerPath':'/d','readOnly':true}],"
                            + "'healthCheck':{'command':['CMD-SHELL','true']},'restartPolicy':{'enabled':true},"
                            + "'logConfiguration':{'logDriver':'json-file','options':{'max-size':'1m'}},"
                            + "'linuxParameters':{'initProcessEnabled':true,'capabilities':{'drop':['ALL']}},"
                            + "'ulimits':[{'name':'nofile','softLimit':1,'hardLimit':2}],'dockerLabels':{'a':'b'}")
                .getContainers(0);
        assertThat(spec.getCommandList()).containsExactly("sh");
        assertThat(spec.getEntryPointList()).containsExactly("/bin/e");
        assertThat(spec.getUser()).isEqualTo("1000");
        assertThat(spec.getStopTimeoutSeconds()).isEqualTo(7);
        assertThat(spec.getMounts(0).getReadOnly()).isTrue();
        assertThat(spec.getHealthCheck().getIntervalSeconds()).isEqualTo(30);
        assertThat(spec.getRestartPolicy().getAttemptPeriodSeconds()).isEqualTo(300);
        assertThat(spec.getLog().getOptionsMap()).containsEntry("max-size", "1m");
        assertThat(spec.getLinux().getCapabilitiesDropList()).containsExactly("ALL");
        assertThat(spec.getUlimits(0).getHard()).isEqualTo(2);
        assertThat(spec.getLabelsMap()).containsEntry("a", "b");
    }

    @Test
    void fileSystemsAreForNodesThatKnowWhereTheyAre() throws InterruptedException {
        WorkloadSpec spec = compiled(
                "'volumes':[{'name':'files','efsVolumeConfiguration':{'fileSystemId':'fs-12345678','rootDirectory':'/shop',"
                    + "'transitEncryption':'DISABLED'}}],",
                "'memory':64,'mountPoints':[{'sourceVolume':'files','containerPath':'/d'}]");
        assertThat(spec.getVolumes(0).getEfs())
                .isEqualTo(EfsVolume.newBuilder()
                        .setFileSystemId("fs-12345678")
                        .setRootDirectory("/shop")
                        .build());
        assertThat(spec.getRequiredAttributesList()).containsExactly("ecs.capability.efs", "gantry.efs.fs-12345678");
    }

    @Test
    void orderAmongContainersIsKept() throws InterruptedException {
        WorkloadSpec spec = compiled(
                "",
                "'memory':64,'dependsOn':[{'containerName':'b','condition':'COMPLETE'}]},"
                        + "{'name':'b','image':'busybox','memory':64,'essential':false");
        assertThat(spec.getContainers(0).getDependsOn(0).getCondition()).isEqualTo(Dependency.Condition.COMPLETE);
        assertThat(spec.getContainers(1).getEssential()).isFalse();
        assertThat(spec.getRequiredAttributesList()).containsExactly("ecs.capability.container-ordering");
    }

    @Test
    void constraintsOfDefinitionAndCallHoldTogether() throws InterruptedException {
        register("'placementConstraints':[{'type':'memberOf','expression':'ec2InstanceId == host-a'}],", "'memory':64");
        WorkloadSpec spec = run("'placementConstraints':[{'type':'distinctInstance'}],"
                + "'placementStrategy':[{'type':'spread','field':'attribute:ecs.availability-zone'},"
                + "{'type':'binpack','field':'MEMORY'}],");
        assertThat(spec.getConstraintsList())
                .extracting(PlacementConstraint::getType)
                .containsExactly(PlacementConstraint.Type.MEMBER_OF, PlacementConstraint.Type.DISTINCT_INSTANCE);
        assertThat(spec.getStrategiesList())
                .extracting(PlacementStrategy::getField)
                .containsExactly("attribute:ecs.availability-zone", "memory");
    }

    private WorkloadSpec compiled(String definition, String container) throws InterruptedException {
        register(definition, container);
        return run("");
    }

    private void register(String definition, String container) throws InterruptedException {
        world.call(
                "RegisterTaskDefinition",
                "{'family':'f'," + definition + "'containerDefinitions':[{'name':'a','image':'busybox'," + container
                        + "}]}");
    }

    private WorkloadSpec run(String members) throws InterruptedException {
        world.call("RunTask", "{" + members + "'taskDefinition':'f'}");
        return world.store.snapshot().list(Kinds.WORKLOAD).getFirst().value().getSpec();
    }
}
