package dev.gantry.controller.kube.pod;

import static dev.gantry.controller.kube.pod.PodSamples.NOW;
import static dev.gantry.controller.kube.pod.PodSamples.SCOPE;
import static dev.gantry.controller.kube.pod.PodSamples.compiled;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.access.TokenSamples;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.Uids;
import dev.gantry.controller.lifecycle.Expiries;
import dev.gantry.controller.lifecycle.Expiry;
import dev.gantry.controller.lifecycle.RetentionReconciler;
import dev.gantry.controller.lifecycle.WorkloadReconciler;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.SchedulerReconciler;
import dev.gantry.controller.world.Records;
import dev.gantry.controller.world.World;
import dev.gantry.proto.ContainerEnd;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Supplies;
import dev.gantry.proto.Supply;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The life of a pod in the store, and how it is shown meanwhile. */
class PodLifeTest {

    private static final String SPEC = "{'containers': [{'name': 'web', 'image': 'app:1'}]}";
    private static final ObjectName NAME = new ObjectName("default", ResourceName.PODS, "shop", "web-0");

    private final World world = new World();
    private final PodReconciler pods = new PodReconciler();

    @AfterEach
    void close() {
        world.close();
    }

    private PodDocument pod() {
        return PodDocument.find(world.snapshot(), NAME).orElseThrow();
    }

    private ObjectNode drawn() {
        return PodView.draw(pod(), world.snapshot());
    }

    private Key<Workload> key() {
        return Kinds.WORKLOAD.key(SCOPE, Uids.id(PodSamples.UID));
    }

    private static Workload running(Workload pod) {
        return pod.toBuilder()
                .setPlacement(Placement.newBuilder().setNode("n1").setPlacedAtMs(NOW.toEpochMilli()))
                .setObserved(Observation.newBuilder()
                        .setPhase(Phase.RUNNING)
                        .addAddresses("172.17.0.2")
                        .setStartedAtMs(NOW.toEpochMilli())
                        .addContainers(ContainerStatus.newBuilder()
                                .setName("web")
                                .setPhase(Phase.RUNNING)
                                .setRuntimeId("abc")
                                .setImageDigest("sha256:1")
                                .setStarted(true)
                                .setReady(true)
                                .setRestartCount(1)
                                .setLastEnd(
                                        ContainerEnd.newBuilder().setExitCode(3).setReason("Error"))
                                .setStartedAtMs(NOW.toEpochMilli())))
                .build();
    }

    private static Workload stopped(Workload pod, int exitCode) {
        Workload.Builder ended = running(pod).toBuilder();
        ended.getObservedBuilder().setPhase(Phase.STOPPED).setStoppedAtMs(NOW.toEpochMilli());
        ended.getObservedBuilder()
                .getContainersBuilder(0)
                .setPhase(Phase.STOPPED)
                .setReady(false)
                .setExitCode(exitCode);
        return ended.build();
    }

    private void runs() {
        Records.node("n1", "z");
        world.put(Records.node("n1", "z").build());
        PodSamples.put(world, running(compiled(SPEC)));
    }

    private void delete(OptionalInt graceSeconds) {
        world.change(key(), _ -> PodEndings.deleted(pod(), graceSeconds, NOW));
    }

    @Test
    void isPendingUntilItHasANodeAndSaysWhy() {
        PodSamples.put(
                world,
                compiled("{'containers': [{'name': 'web', 'image': 'i', 'resources': {'requests': {'cpu': '64'}}}]}"));
        world.put(Records.node("n1", "z").build(), Records.node("n2", "z").build());
        world.runAll(new SchedulerReconciler(new Random(1), Duration.ofMinutes(30)), NOW);
        assertThat(drawn().at("/status/phase").asText()).isEqualTo("Pending");
        assertThat(drawn().at("/status/conditions/0/reason").asText()).isEqualTo("Unschedulable");
        assertThat(drawn().at("/status/conditions/0/message").asText())
                .isEqualTo("0/2 nodes are available: 2 Insufficient cpu."
                        + " preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.");
        assertThat(drawn().at("/status").has("containerStatuses")).isFalse();
    }

    @Test
    void countsTheNodesThatItsVolumeIsNotOn() {
        Workload claiming = compiled("{'containers': [{'name': 'web', 'image': 'i'}]}").toBuilder()
                .setSupplies(Supplies.newBuilder()
                        .addSupplies(Supply.newBuilder()
                                .setKind(Supply.Kind.CLAIM)
                                .putData("node", ByteString.copyFromUtf8("n1"))))
                .build();
        PodSamples.put(world, claiming);
        world.put(
                Records.node("n1", "z").setCordoned(true).build(),
                Records.node("n2", "z").build(),
                Records.node("n3", "z").build());
        world.runAll(new SchedulerReconciler(new Random(1), Duration.ofMinutes(30)), NOW);
        assertThat(drawn().at("/status/conditions/0/message").asText())
                .isEqualTo("0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't satisfy plugin(s)"
                        + " [VolumeBinding]. preemption: 0/3 nodes are available: 3 Preemption is not helpful for"
                        + " scheduling.");
    }

    @Test
    void waitsForANodeWithoutEnd() {
        PodSamples.put(world, compiled("{'nodeName': 'elsewhere', 'containers': [{'name': 'web', 'image': 'i'}]}"));
        world.put(Records.node("n1", "z").build());
        SchedulerReconciler scheduler = new SchedulerReconciler(new Random(1), Duration.ofMinutes(30));
        world.runAll(scheduler, NOW);
        world.runAll(scheduler, NOW.plus(Duration.ofDays(1)));
        assertThat(pod().isOver()).isFalse();
        assertThat(drawn().at("/status/conditions/0/message").asText())
                .isEqualTo("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
                        + " preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.");
        world.change(Kinds.NODE.key("", "n1"), node -> {
            var renamed = node.toBuilder();
            renamed.getInfoBuilder().setName("Elsewhere");
            return renamed.build();
        });
        world.runAll(scheduler, NOW.plus(Duration.ofDays(1)));
        assertThat(drawn().at("/spec/nodeName").asText()).isEqualTo("elsewhere");
    }

    @Test
    void isShownWithItsContainersAndConditions() {
        runs();
        ObjectNode pod = drawn();
        assertThat(pod.at("/status/phase").asText()).isEqualTo("Running");
        assertThat(pod.at("/spec/nodeName").asText()).isEqualTo("host-n1");
        assertThat(pod.at("/status/podIP").asText()).isEqualTo("172.17.0.2");
        assertThat(pod.at("/status/podIPs/0/ip").asText()).isEqualTo("172.17.0.2");
        assertThat(pod.at("/status/qosClass").asText()).isEqualTo("BestEffort");
        assertThat(pod.at("/status/startTime").asText()).isEqualTo("2026-03-01T10:00:00Z");
        assertThat(pod.at("/status/containerStatuses/0/ready").asBoolean()).isTrue();
        assertThat(pod.at("/status/containerStatuses/0/restartCount").asInt()).isEqualTo(1);
        assertThat(pod.at("/status/containerStatuses/0/containerID").asText()).isEqualTo("docker://abc");
        assertThat(pod.at("/status/containerStatuses/0/lastState/terminated/exitCode")
                        .asInt())
                .isEqualTo(3);
        pod.at("/status/conditions")
                .forEach(condition -> assertThat(condition.path("status").asText())
                        .as(condition.path("type").asText())
                        .isEqualTo("True"));
        assertThat(pod.at("/metadata/resourceVersion").asText()).isNotEmpty();
    }

    @Test
    void stopsWhenItIsDeletedAndLeavesTheApiWhenItHasStopped() {
        runs();
        delete(OptionalInt.of(5));
        assertThat(drawn().at("/metadata/deletionTimestamp").asText()).isEqualTo("2026-03-01T10:00:05Z");
        assertThat(drawn().at("/metadata/deletionGracePeriodSeconds").asInt()).isEqualTo(5);
        assertThat(pod().record().value().getWish().getDesired()).isEqualTo(RunState.STOP);
        assertThat(pod().record().value().getWish().getGraceSeconds()).isEqualTo(5);
        world.runAll(pods, NOW);
        assertThat(pod().isDeleted()).isTrue();

        world.change(key(), workload -> stopped(workload, 0));
        world.runAll(pods, NOW);
        assertThat(PodDocument.find(world.snapshot(), NAME)).isEmpty();
        assertThat(world.snapshot().get(key())).isPresent();
        assertThat(world.snapshot().list(Kinds.KUBE_POD_NAME)).isEmpty();
    }

    @Test
    void leavesTheApiAtOnceWhenItIsForced() {
        runs();
        delete(OptionalInt.empty());
        delete(OptionalInt.of(0));
        world.runAll(pods, NOW);
        assertThat(PodDocument.find(world.snapshot(), NAME)).isEmpty();
        Workload rest = world.snapshot().get(key()).orElseThrow().value();
        assertThat(Workloads.isStopped(rest)).isFalse();
        assertThat(rest.getWish().getGraceSeconds()).isZero();
        assertThat(rest.getWish().getDesired()).isEqualTo(RunState.STOP);
    }

    @Test
    void staysUntilItsFinalizersAreGone() {
        PodSamples.put(world, stopped(compiled("'finalizers': ['a/b']", SPEC), 0));
        delete(OptionalInt.of(0));
        world.runAll(pods, NOW);
        assertThat(pod().isDeleted()).isTrue();
    }

    @Test
    void neverGetsANodeWhenItIsDeletedBefore() {
        PodSamples.put(world, compiled(SPEC));
        delete(OptionalInt.empty());
        world.runAll(new WorkloadReconciler(), NOW);
        world.runAll(pods, NOW);
        assertThat(PodDocument.find(world.snapshot(), NAME)).isEmpty();
    }

    @Test
    void leavesTheApiWithItsNodeWhenSomebodyMakesAnother() {
        PodSamples.put(
                world, running(compiled("'ownerReferences': [{'uid': 'u', 'name': 'r', 'controller': true}]", SPEC)));
        world.runAll(new WorkloadReconciler(), NOW);
        assertThat(pod().phase()).isEqualTo(PodDocument.Phase.FAILED);
        world.runAll(pods, NOW);
        assertThat(PodDocument.find(world.snapshot(), NAME)).isEmpty();
    }

    @Test
    void staysFailedWithItsNodeWhenNobodyMakesAnother() {
        PodSamples.put(world, running(compiled(SPEC)));
        world.runAll(new WorkloadReconciler(), NOW);
        world.runAll(pods, NOW);
        assertThat(drawn().at("/status/phase").asText()).isEqualTo("Failed");
        assertThat(drawn().at("/status/reason").asText()).isEqualTo("NodeLost");
    }

    @Test
    void isKeptForAsLongAsItIsShown() {
        PodSamples.put(world, stopped(compiled(SPEC), 0));
        @SuppressWarnings("unchecked")
        RetentionReconciler<Workload> retention =
                new RetentionReconciler<>((Expiry<Workload>) Expiries.defaults().getFirst());
        world.runAll(retention, NOW.plus(Duration.ofDays(30)));
        assertThat(pod().phase()).isEqualTo(PodDocument.Phase.SUCCEEDED);
        delete(OptionalInt.empty());
        world.runAll(pods, NOW);
        world.runAll(retention, NOW.plus(Duration.ofDays(30)));
        assertThat(world.snapshot().get(key())).isEmpty();
    }

    private void put(String plural, String name, String data) {
        ObjectName object = new ObjectName("default", ResourceName.core(plural), "shop", name);
        world.put(
                object.key(),
                KubeObject.newBuilder()
                        .setJson(Json.bytes(PodSamples.json(data)))
                        .build());
    }

    @Test
    void getsWhatItRefersToAsItIs() {
        SupplyReconciler supplies = new SupplyReconciler(TokenSamples.tokens(() -> NOW));
        PodSamples.put(
                world,
                compiled("{'containers': [{'name': 'web', 'image': 'i', 'envFrom': [{'configMapRef': {'name': 'c'}},"
                        + "{'secretRef': {'name': 's'}}]}]}"));
        world.runAll(supplies, NOW);
        assertThat(pod().record().value().hasSupplies()).isTrue();
        assertThat(pod().record().value().getSupplies().getSuppliesCount()).isZero();
        world.heard();

        put("configmaps", "c", "{'data': {'a': '1'}, 'binaryData': {'b': 'Mg=='}}");
        put("secrets", "s", "{'data': {'k': 'Mw=='}}");
        put("secrets", "other", "{'data': {'k': 'Mw=='}}");
        assertThat(world.heard().stream().flatMap(change -> supplies.wokenBy(change, world.snapshot()).stream()))
                .containsExactly(key(), key());
        world.runAll(supplies, NOW);
        Workload supplied = pod().record().value();
        assertThat(supplied.getSupplies().getSupplies(0).getDataMap()).hasSize(2);
        assertThat(supplied.getSupplies().getSupplies(1).getDataOrThrow("k").toStringUtf8())
                .isEqualTo("3");
        Outcome again = supplies.reconcile(world.snapshot(), key(), NOW);
        assertThat(again.writes()).isEmpty();
    }

    @Test
    void getsTheLoginsOfItsPullSecrets() {
        SupplyReconciler supplies = new SupplyReconciler(TokenSamples.tokens(() -> NOW));
        PodSamples.put(
                world,
                compiled("{'containers': [{'name': 'web', 'image': 'i'}], 'imagePullSecrets': [{'name': 'login'},"
                        + " {'name': 'gone'}]}"));
        world.runAll(supplies, NOW);
        world.heard();
        String config = Base64.getEncoder()
                .encodeToString("{\"auths\": {\"r\": {\"username\": \"u\", \"password\": \"p\"}}}"
                        .getBytes(StandardCharsets.UTF_8));
        put(
                "secrets",
                "login",
                "{'type': 'kubernetes.io/dockerconfigjson', 'data': {'.dockerconfigjson': '" + config + "'}}");
        assertThat(world.heard().stream().flatMap(change -> supplies.wokenBy(change, world.snapshot()).stream()))
                .containsExactly(key());
        world.runAll(supplies, NOW);
        assertThat(pod().record().value().getSpec().getPod().getPullSecretsList())
                .containsExactly("login", "gone");
        assertThat(pod().record().value().getSupplies().getSuppliesList())
                .singleElement()
                .satisfies(supply -> {
                    assertThat(supply.getKind()).isEqualTo(Supply.Kind.PULL_SECRET);
                    assertThat(supply.getDataOrThrow("r").toStringUtf8()).isEqualTo("u:p");
                });
    }

    /** The pod with an ephemeral container that somebody has added. */
    private Workload extended(String container) {
        Workload before = pod().record().value();
        ObjectNode json = pod().json().deepCopy();
        json.withObject("/spec").withArray("ephemeralContainers").add(PodSamples.json(container));
        return before.toBuilder()
                .setOrigin(Any.pack(
                        pod().origin().toBuilder().setJson(Json.bytes(json)).build()))
                .setSpec(new PodCompiler().extend(before.getSpec(), "default", json))
                .build();
    }

    @Test
    void showsAnEphemeralContainerWithoutRegardToIt() {
        runs();
        world.change(key(), _ -> extended("{'name': 'look', 'image': 'busybox'}"));
        world.change(key(), pod -> {
            Workload.Builder seen = pod.toBuilder();
            seen.getObservedBuilder()
                    .addContainers(ContainerStatus.newBuilder()
                            .setName("look")
                            .setPhase(Phase.STOPPED)
                            .setExitCode(7));
            return seen.build();
        });
        JsonNode status = drawn().path("status");
        assertThat(status.at("/ephemeralContainerStatuses/0/state/terminated/exitCode")
                        .asInt())
                .isEqualTo(7);
        assertThat(status.path("containerStatuses")).hasSize(1);
        assertThat(status.path("phase").asText()).isEqualTo("Running");
        assertThat(pod().isReady()).isTrue();
        world.change(key(), pod -> {
            Workload.Builder over = stopped(pod, 0).toBuilder();
            over.getObservedBuilder()
                    .addContainers(ContainerStatus.newBuilder().setName("look").setExitCode(7));
            return over.build();
        });
        assertThat(drawn().at("/status/phase").asText()).isEqualTo("Succeeded");
    }

    @Test
    void isSuppliedAnewWhenAContainerIsAddedThatRefersToMore() {
        SupplyReconciler supplies = new SupplyReconciler(TokenSamples.tokens(() -> NOW));
        runs();
        world.heard();
        world.change(key(), _ -> extended("{'name': 'look', 'image': 'i', 'envFrom': [{'secretRef': {'name': 's'}}]}"));
        assertThat(world.heard().stream().flatMap(change -> supplies.wokenBy(change, world.snapshot()).stream()))
                .containsExactly(key());
        world.runAll(supplies, NOW);
        assertThat(world.heard().stream().flatMap(change -> supplies.wokenBy(change, world.snapshot()).stream()))
                .isEmpty();
    }
}
