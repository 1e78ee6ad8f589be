package dev.gantry.agent.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.agent.work.Specs;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.EmptyDirectory;
import dev.gantry.proto.EnvironmentSource;
import dev.gantry.proto.ExecAction;
import dev.gantry.proto.HttpAction;
import dev.gantry.proto.Mount;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PodContainer;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.PodSpec.Restart;
import dev.gantry.proto.Probe;
import dev.gantry.proto.ProbeAction;
import dev.gantry.proto.Projection;
import dev.gantry.proto.ProjectionSource;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Supplies;
import dev.gantry.proto.Supply;
import dev.gantry.proto.SupplyKey;
import dev.gantry.proto.VolumeSpec;
import dev.gantry.proto.WorkloadSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of pods on a real Docker engine. */
@Tag("e2e")
class PodsOnDockerTest {

    private static final String FOREVER = "trap 'exit 0' TERM; while true; do sleep 0.1; done";

    @TempDir
    private Path directory;

    private RealNode node;

    @BeforeEach
    void open() throws InterruptedException {
        node = new RealNode(directory, UnaryOperator.identity());
    }

    @AfterEach
    void close() throws InterruptedException {
        // Nothing was opened where there is no engine.
        if (node != null) {
            node.close();
        }
    }

    private static ContainerSpec.Builder container(String name, Role role, String script) {
        return Specs.container(name, script)
                .setPod(PodContainer.newBuilder().setRole(role).setTerminationMessagePath("/dev/termination-log"));
    }

    private static ContainerSpec.Builder container(String name, String script) {
        return container(name, Role.APP, script);
    }

    private static DesiredWorkload pod(Restart restart, ContainerSpec.Builder... containers) {
        WorkloadSpec.Builder spec = WorkloadSpec.newBuilder()
                .setNetwork(NetworkMode.BRIDGE)
                .setNamePrefix("k8s-p1")
                .setPod(PodSpec.newBuilder()
                        .setRestart(restart)
                        .setTerminationGraceSeconds(5)
                        .setHostname("p1"));
        for (ContainerSpec.Builder container : containers) {
            spec.addContainers(container);
        }
        return DesiredWorkload.newBuilder()
                .setScope("kube/default/default")
                .setId("p1")
                .setDesired(RunState.RUN)
                .setSpec(spec)
                .build();
    }

    private static DesiredWorkload discarded(DesiredWorkload pod) {
        return Specs.settled(pod).toBuilder().setDiscarded(true).build();
    }

    private static ContainerStatus status(Observation observed, String name) {
        return observed.getContainersList().stream()
                .filter(one -> one.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Observation awaitReady(String... names) {
        return node.await(
                "p1",
                seen -> List.of(names).stream()
                        .allMatch(name -> status(seen, name).getReady()));
    }

    private String log(String container) throws InterruptedException {
        return node.log("kube/default/default", "p1", container);
    }

    private void awaitLog(String container, String wanted) {
        Awaitility.await().atMost(RealNode.PATIENCE).until(() -> log(container).contains(wanted));
    }

    @Test
    void runsAPodInASandboxOfItsOwnAndTakesItAwayAgain() throws InterruptedException {
        DesiredWorkload pod = pod(
                Restart.ALWAYS,
                container("web", "hostname; mkdir /www; echo hi >/www/index; httpd -f -p 8080 -h /www"),
                container("client", "until wget -qO- http://127.0.0.1:8080/index; do sleep 0.1; done; " + FOREVER));
        node.obey(pod);
        Observation ready = awaitReady("web", "client");
        assertThat(ready.getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(ready.getAddressesList()).hasSize(1);
        awaitLog("client", "hi");
        awaitLog("web", "p1");
        assertThat(node.engine().list()).hasSize(3);

        node.stop(pod);
        node.awaitPhase("p1", Phase.STOPPED);
        node.obey(discarded(pod));
        Awaitility.await()
                .atMost(RealNode.PATIENCE)
                .until(() -> node.engine().list().isEmpty());
    }

    @Test
    void startsAContainerAgainThatEnded() {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web", "echo so >/dev/termination-log; exit 3"));
        node.obey(pod);
        Observation waiting =
                node.await("p1", seen -> status(seen, "web").getWaitingReason().equals("CrashLoopBackOff"));
        assertThat(status(waiting, "web").getRestartCount()).isEqualTo(1);
        assertThat(status(waiting, "web").getLastEnd().getExitCode()).isEqualTo(3);
        assertThat(status(waiting, "web").getLastEnd().getMessage()).isEqualTo("so\n");
    }

    @Test
    void runsInitContainersFirstAndKeepsTheirFilesAndEndsByItself() throws InterruptedException {
        WorkloadSpec.Builder spec = pod(
                        Restart.NEVER,
                        container("init", Role.INIT, "echo made >/data/file")
                                .addMounts(Mount.newBuilder().setVolume("data").setContainerPath("/data")),
                        container("job", "cat /data/file; df /mem | grep tmpfs; exit 0")
                                .addMounts(Mount.newBuilder()
                                        .setVolume("data")
                                        .setContainerPath("/data")
                                        .setReadOnly(true))
                                .addMounts(Mount.newBuilder().setVolume("mem").setContainerPath("/mem")))
                .getSpec()
                .toBuilder()
                .addVolumes(VolumeSpec.newBuilder().setName("data").setEmpty(EmptyDirectory.getDefaultInstance()))
                .addVolumes(VolumeSpec.newBuilder()
                        .setName("mem")
                        .setEmpty(EmptyDirectory.newBuilder().setMemory(true).setSizeBytes(1 << 20)));
        node.obey(pod(Restart.NEVER).toBuilder().setSpec(spec).build());
        Observation stopped = node.awaitPhase("p1", Phase.STOPPED);
        assertThat(stopped.getContainersList())
                .extracting(ContainerStatus::getExitCode)
                .containsExactly(0, 0);
        assertThat(log("job")).contains("made").contains("tmpfs");
    }

    private static Supplies supplies(String colour) {
        return Supplies.newBuilder()
                .addSupplies(Supply.newBuilder().setName("settings").putData("colour", ByteString.copyFromUtf8(colour)))
                .addSupplies(Supply.newBuilder()
                        .setKind(Supply.Kind.SECRET)
                        .setName("key")
                        .putData("password", ByteString.copyFromUtf8("canary")))
                .build();
    }

    @Test
    void givesConfigMapsAndSecretsAsVariablesAndAsFilesThatFollowTheirChanges() throws InterruptedException {
        SupplyKey settings = SupplyKey.newBuilder().setName("settings").build();
        SupplyKey key = SupplyKey.newBuilder()
                .setKind(Supply.Kind.SECRET)
                .setName("key")
                .build();
        ContainerSpec.Builder web = container(
                        "web",
                        "echo $COLOUR $PASSWORD $(cat /keys/password); while true; do echo $(cat /conf/colour); "
                                + "sleep 0.2; done")
                .addMounts(Mount.newBuilder().setVolume("conf").setContainerPath("/conf"))
                .addMounts(Mount.newBuilder().setVolume("keys").setContainerPath("/keys"));
        web.getPodBuilder()
                .addEnvironment(EnvironmentSource.newBuilder()
                        .setName("COLOUR")
                        .setKey(settings.toBuilder().setKey("colour")))
                .addEnvironment(EnvironmentSource.newBuilder()
                        .setName("PASSWORD")
                        .setKey(key.toBuilder().setKey("password")));
        WorkloadSpec.Builder spec = pod(Restart.ALWAYS, web).getSpec().toBuilder()
                .addVolumes(VolumeSpec.newBuilder()
                        .setName("conf")
                        .setProjection(Projection.newBuilder()
                                .addSources(ProjectionSource.newBuilder().setSupply(settings))))
                .addVolumes(VolumeSpec.newBuilder()
                        .setName("keys")
                        .setProjection(Projection.newBuilder()
                                .setDefaultMode(0400)
                                .addSources(ProjectionSource.newBuilder().setSupply(key))));
        DesiredWorkload pod = pod(Restart.ALWAYS).toBuilder()
                .setSpec(spec)
                .setSupplies(supplies("red"))
                .build();
        node.obey(pod);
        awaitReady("web");
        awaitLog("web", "red canary canary");

        node.obey(pod.toBuilder().setSupplies(supplies("blue")).build());
        awaitLog("web", "blue");
        node.stop(pod.toBuilder().setSupplies(supplies("blue")).build());
        node.awaitPhase("p1", Phase.STOPPED);
        node.obey(discarded(pod));
        Awaitility.await()
                .atMost(RealNode.PATIENCE)
                .until(() -> node.engine().list().isEmpty());
    }

    private static Probe.Builder every(Duration period, ProbeAction.Builder action) {
        return Probe.newBuilder()
                .setAction(action)
                .setPeriodSeconds(Math.toIntExact(period.toSeconds()))
                .setTimeoutSeconds(5)
                .setSuccessThreshold(1)
                .setFailureThreshold(1);
    }

    @Test
    void asksByCommandRequestAndConnection() {
        ContainerSpec.Builder web =
                container("web", "mkdir /www; echo hi >/www/index; touch /tmp/well; httpd -p 8080 -h /www; " + FOREVER);
        ProbeAction.Builder port = ProbeAction.newBuilder().setTcpPort(8080);
        ProbeAction.Builder page = ProbeAction.newBuilder()
                .setHttp(HttpAction.newBuilder().setPort(8080).setPath("/index"));
        ProbeAction.Builder file = ProbeAction.newBuilder()
                .setExec(ExecAction.newBuilder().addAllCommand(List.of("test", "-f", "/tmp/well")));
        web.getPodBuilder()
                .setStartup(every(Duration.ofSeconds(1), port).setFailureThreshold(30))
                .setReadiness(every(Duration.ofSeconds(1), page))
                .setLiveness(every(Duration.ofSeconds(1), file).setInitialDelaySeconds(1));
        ContainerSpec.Builder foe = container("foe", "sleep 2; rm -f /proc/1/root/none; exec sleep 1000");
        foe.getPodBuilder()
                .setLiveness(every(
                        Duration.ofSeconds(1),
                        ProbeAction.newBuilder()
                                .setExec(ExecAction.newBuilder().addAllCommand(List.of("test", "-f", "/none")))));
        node.obey(pod(Restart.ALWAYS, web, foe));
        awaitReady("web");
        Observation later = node.await("p1", seen -> status(seen, "foe").getRestartCount() > 0);
        assertThat(status(later, "web").getRestartCount()).isZero();
    }

    @Test
    void adoptsAPodAfterARestartOfTheAgent() throws InterruptedException {
        DesiredWorkload pod = pod(Restart.ALWAYS, container("web", FOREVER));
        node.obey(pod);
        Observation before = awaitReady("web");
        node.restart();
        node.obey(pod);
        Observation after = awaitReady("web");
        assertThat(status(after, "web").getRuntimeId())
                .isEqualTo(status(before, "web").getRuntimeId());
        assertThat(status(after, "web").getRestartCount()).isZero();
        assertThat(node.engine().list()).hasSize(2);
    }
}
