package dev.gantry.agent.work;

import static dev.gantry.agent.work.Specs.container;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.Leash;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.engine.Listing;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.GrpcAction;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.Mount;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.NfsVolume;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PodContainer;
import dev.gantry.proto.PodContainer.Role;
import dev.gantry.proto.PodSpec;
import dev.gantry.proto.Probe;
import dev.gantry.proto.ProbeAction;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Supply;
import dev.gantry.proto.VolumeSpec;
import dev.gantry.proto.WorkloadSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods on an engine in memory, with time set by hand. */
class PodsInTheWorkshopTest {

    private static final String SCOPE = "kube/default/default";

    @TempDir
    private Path directory;

    private final HandClock clock = new HandClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final FakeEngine engine = new FakeEngine(clock);
    private final ReportBook reports = new ReportBook();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, String> troubles = new ConcurrentHashMap<>();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private final Gatehouse routing = new Gatehouse();
    private JournalFile journal;
    private EngineWorkshop workshop;

    @BeforeEach
    void open() throws InterruptedException {
        engine.hasImage(Specs.IMAGE);
        begin();
    }

    private void begin() throws InterruptedException {
        journal = JournalFile.open(directory);
        workshop = EngineWorkshop.open(
                AgentSettings.of("node", "node-1", directory),
                engine,
                journal,
                reports,
                new EngineWorkshop.Surroundings(
                        threads, clock, clock, Leash.NONE, routing, this::trouble, TaskEndpoints.NONE));
        workshop.begin();
    }

    @AfterEach
    void close() {
        workshop.close();
        engine.close();
        threads.shutdownNow();
        journal.close();
    }

    private Optional<String> trouble(String host, int port, String service, Duration patience) {
        String question = ":" + port + "/" + service;
        asked.add(question);
        return Optional.ofNullable(troubles.get(question));
    }

    private static DesiredWorkload pod(ContainerSpec.Builder... containers) {
        WorkloadSpec.Builder spec = WorkloadSpec.newBuilder()
                .setNetwork(NetworkMode.BRIDGE)
                .setNamePrefix("k8s-web")
                .setPod(PodSpec.newBuilder().setTerminationGraceSeconds(1).setHostname("web"));
        for (ContainerSpec.Builder container : containers) {
            spec.addContainers(container.setPod(PodContainer.getDefaultInstance()));
        }
        return DesiredWorkload.newBuilder()
                .setScope(SCOPE)
                .setId("p1")
                .setDesired(RunState.RUN)
                .setSpec(spec)
                .build();
    }

    private Observation await(Predicate<Observation> wanted) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() -> reports.of("p1").filter(wanted).isPresent());
        return reports.of("p1").orElseThrow();
    }

    private Observation awaitRestarts(int count) {
        return await(seen -> seen.getContainers(0).getRestartCount() == count
                && seen.getContainers(0).getPhase() == Phase.RUNNING);
    }

    @Test
    void makesTheSandboxItsImageAndTheContainerAndTakesAllAway() {
        DesiredWorkload pod = pod(container("web", "serve"));
        workshop.obey(List.of(pod));
        await(seen -> seen.getPhase() == Phase.RUNNING);
        assertThat(engine.calls()).contains("importImage " + Sandbox.IMAGE);
        assertThat(engine.list()).extracting(Listing::container).containsExactlyInAnyOrder(Sandbox.NAME, "web");

        workshop.obey(List.of(Specs.stop(pod)));
        await(seen -> seen.getPhase() == Phase.STOPPED);
        workshop.obey(List.of(Specs.settled(pod).toBuilder().setDiscarded(true).build()));
        Awaitility.await().until(() -> engine.list().isEmpty());
    }

    @Test
    void startsNoContainerOfAPodBeforeItIsShielded() {
        routing.problem("policies cannot be enforced");
        DesiredWorkload pod = pod(container("web", "serve")).toBuilder()
                .putLabels("app", "web")
                .build();
        workshop.obey(List.of(pod));
        Observation waiting = await(seen -> seen.getContainersCount() > 0
                && seen.getContainers(0).getWaitingReason().equals("CreateContainerError"));
        assertThat(waiting.getContainers(0).getWaitingMessage()).isEqualTo("policies cannot be enforced");
        assertThat(engine.list()).extracting(Listing::container).containsExactly(Sandbox.NAME);
        assertThat(routing.housed(SCOPE + "/p1"))
                .contains(LocalPod.newBuilder()
                        .setCluster("default")
                        .setNamespace("default")
                        .putLabels("app", "web")
                        .setAddress("172.17.0.2")
                        .build());

        routing.problem("");
        clock.forward(Duration.ofSeconds(10));
        await(seen -> seen.getPhase() == Phase.RUNNING);
    }

    @Test
    void startsNoContainerOfAPodWithoutTheShareThatItMounts() {
        DesiredWorkload whole = pod(container("web", "serve")
                .addMounts(Mount.newBuilder().setVolume("data").setContainerPath("/data")));
        DesiredWorkload pod = whole.toBuilder()
                .setSpec(whole.getSpec().toBuilder()
                        .addVolumes(VolumeSpec.newBuilder()
                                .setName("data")
                                .setNfs(NfsVolume.newBuilder()
                                        .setServer("-o suid")
                                        .setPath("/export"))))
                .build();
        workshop.obey(List.of(pod));
        Observation waiting = await(seen -> seen.getContainersCount() > 0
                && !seen.getContainers(0).getWaitingMessage().isEmpty());
        assertThat(waiting.getContainers(0).getWaitingReason()).isEqualTo("ContainerCreating");
        assertThat(waiting.getContainers(0).getWaitingMessage())
                .isEqualTo("MountVolume.SetUp failed for volume \"data\" : server must be a host name or an address");
        assertThat(engine.list()).extracting(Listing::container).containsExactly(Sandbox.NAME);
    }

    @Test
    void tellsOfThePodThatIsThereNow() {
        DesiredWorkload pod = pod(container("web", "serve"));
        workshop.obey(List.of(pod));
        await(seen -> seen.getPhase() == Phase.RUNNING);
        workshop.obey(List.of(pod.toBuilder().putLabels("app", "db").build()));
        Awaitility.await()
                .until(() -> routing.housed(SCOPE + "/p1")
                        .filter(found -> found.getLabelsOrDefault("app", "").equals("db"))
                        .isPresent());
        workshop.obey(List.of(Specs.stop(pod)));
        await(seen -> seen.getPhase() == Phase.STOPPED);
        Awaitility.await().until(() -> routing.housed(SCOPE + "/p1").isEmpty());
    }

    @Test
    void startsAContainerAgainAsANewOneAndWaitsTheSecondTime() {
        workshop.obey(List.of(pod(container("web", "serve"))));
        String first = awaitRestarts(0).getContainers(0).getRuntimeId();
        engine.exits(SCOPE + "/p1", "web", 1);
        Observation again = awaitRestarts(1);
        assertThat(again.getContainers(0).getRuntimeId()).isNotEqualTo(first);
        assertThat(again.getContainers(0).getLastEnd().getRuntimeId()).isEqualTo(first);

        engine.exits(SCOPE + "/p1", "web", 1);
        await(seen -> seen.getContainers(0).getWaitingReason().equals("CrashLoopBackOff"));
        clock.forward(Duration.ofSeconds(10));
        awaitRestarts(2);
    }

    @Test
    void knowsWhichClusterAnAddressIsOfWhileItsPodRuns() {
        DesiredWorkload pod = pod(container("web", "serve")).toBuilder()
                .setScope("kube/other/default")
                .build();
        workshop.obey(List.of(pod));
        await(seen -> seen.getPhase() == Phase.RUNNING);
        assertThat(workshop.clusterAt("172.17.0.2")).contains("other");
        assertThat(workshop.clusterAt("172.17.0.3")).isEmpty();
        workshop.obey(List.of(Specs.stop(pod)));
        await(seen -> seen.getPhase() == Phase.STOPPED);
        assertThat(workshop.clusterAt("172.17.0.2")).isEmpty();
    }

    @Test
    void adoptsAPodAfterARestartOfTheAgent() throws InterruptedException {
        DesiredWorkload pod = pod(container("web", "serve"));
        workshop.obey(List.of(pod));
        awaitRestarts(0);
        engine.exits(SCOPE + "/p1", "web", 1);
        awaitRestarts(1);
        workshop.close();
        journal.close();
        begin();
        workshop.obey(List.of(pod));
        awaitRestarts(1);
        assertThat(engine.starts()).hasSize(2);
        assertThat(engine.list()).hasSize(2);
    }

    @Test
    void removesTheContainersOfAPodThatIsNotWantedAnyMore() {
        workshop.obey(List.of(pod(container("web", "serve"))));
        awaitRestarts(0);
        workshop.obey(List.of());
        Awaitility.await()
                .until(() -> engine.list().stream()
                        .noneMatch(listing -> listing.container().equals(Sandbox.NAME)));
    }

    private static DesiredWorkload looked(DesiredWorkload pod) {
        DesiredWorkload.Builder changed = pod.toBuilder();
        changed.getSpecBuilder()
                .addContainers(container("look", "sh")
                        .setPod(PodContainer.newBuilder()
                                .setRole(Role.EPHEMERAL)
                                .setTarget("web")));
        return changed.build();
    }

    @Test
    void startsAnEphemeralContainerAmongTheProcessesOfItsTargetAndAdoptsIt() throws InterruptedException {
        DesiredWorkload pod = looked(pod(container("web", "serve")));
        workshop.obey(List.of(pod(container("web", "serve"))));
        awaitRestarts(0);
        workshop.obey(List.of(pod));
        await(seen -> seen.getContainersCount() == 2 && seen.getContainers(1).getPhase() == Phase.RUNNING);
        assertThat(engine.creation(SCOPE + "/p1", "look").pidMode())
                .isEqualTo("container:" + Names.container(pod, "web"));
        assertThat(engine.creation(SCOPE + "/p1", "look").sandbox()).isEqualTo(Names.container(pod, Sandbox.NAME));

        workshop.close();
        journal.close();
        begin();
        workshop.obey(List.of(pod));
        engine.exits(SCOPE + "/p1", "look", 2);
        Observation ended = await(
                seen -> seen.getContainersCount() == 2 && seen.getContainers(1).getPhase() == Phase.STOPPED);
        assertThat(ended.getContainers(1).getExitCode()).isEqualTo(2);
        assertThat(ended.getPhase()).isEqualTo(Phase.RUNNING);
        assertThat(engine.starts()).hasSize(3);
    }

    private static DesiredWorkload withLogins(DesiredWorkload pod, String... passwords) {
        DesiredWorkload.Builder changed = pod.toBuilder();
        changed.getSpecBuilder().getPodBuilder().setNeedsSupplies(true);
        for (int i = 0; i < passwords.length; i++) {
            changed.getSpecBuilder().getPodBuilder().addPullSecrets("s" + i);
            changed.getSuppliesBuilder()
                    .addSupplies(Supply.newBuilder()
                            .setKind(Supply.Kind.PULL_SECRET)
                            .setName("s" + i)
                            .putData("reg.example", ByteString.copyFromUtf8("bob:" + passwords[i])));
        }
        return changed.build();
    }

    @Test
    void pullsWithTheLoginThatDoesOnceItIsKnown() {
        engine.registryHas("reg.example/app:1", "right");
        DesiredWorkload pod =
                withLogins(pod(container("web", "serve").setImage("reg.example/app:1")), "wrong", "right");
        workshop.obey(List.of(pod.toBuilder().clearSupplies().build()));
        await(seen -> seen.getContainersCount() == 1);
        assertThat(engine.calls()).doesNotContain("pull reg.example/app:1");

        workshop.obey(List.of(pod));
        awaitRestarts(0);
        assertThat(engine.calls())
                .filteredOn(call -> call.equals("pull reg.example/app:1"))
                .hasSize(2);
    }

    @Test
    void asksAContainerThatSpeaksGrpcWhetherItServes() {
        ContainerSpec.Builder web = container("web", "serve");
        DesiredWorkload.Builder pod = pod(web).toBuilder();
        pod.getSpecBuilder()
                .getContainersBuilder(0)
                .getPodBuilder()
                .setReadiness(Probe.newBuilder()
                        .setPeriodSeconds(1)
                        .setFailureThreshold(1)
                        .setSuccessThreshold(1)
                        .setAction(ProbeAction.newBuilder()
                                .setGrpc(GrpcAction.newBuilder().setPort(9000).setService("all"))));
        troubles.put(":9000/all", "not yet");
        workshop.obey(List.of(pod.build()));
        Observation running = awaitRestarts(0);
        assertThat(running.getContainers(0).getReady()).isFalse();
        Awaitility.await().until(() -> asked.contains(":9000/all"));

        troubles.clear();
        Awaitility.await().until(() -> {
            clock.forward(Duration.ofSeconds(1));
            return reports.of("p1").orElseThrow().getContainers(0).getReady();
        });
    }

    @Test
    void takesAContainerInWhichNothingRunsForReady() {
        engine.runsNothing();
        DesiredWorkload.Builder pod = pod(container("web", "serve")).toBuilder();
        pod.getSpecBuilder()
                .getContainersBuilder(0)
                .getPodBuilder()
                .setReadiness(Probe.newBuilder()
                        .setPeriodSeconds(1)
                        .setFailureThreshold(1)
                        .setSuccessThreshold(1)
                        .setAction(ProbeAction.newBuilder().setTcpPort(9000)));
        workshop.obey(List.of(pod.build()));
        await(seen -> seen.getContainersCount() > 0 && seen.getContainers(0).getReady());
    }
}
