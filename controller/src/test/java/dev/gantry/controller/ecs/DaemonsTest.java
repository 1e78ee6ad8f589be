package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.ecs.compile.DaemonTasks;
import dev.gantry.controller.ecs.compile.TaskCompiler;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.rollout.DaemonsFirst;
import dev.gantry.controller.ecs.rollout.RolloutSettings;
import dev.gantry.controller.ecs.rollout.ServiceReconciler;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Node;
import dev.gantry.proto.Phase;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Managed daemons from the API to their tasks, with the planner that Gantry runs and nodes that do at once what they shall. */
class DaemonsTest {

    private static final String ARN = EcsWorld.ARNS.daemon("default", "logs");
    private static final Key<EcsService> KEY = Kinds.ECS_DAEMON.key("default", "daemon:logs");
    private static final Duration SETTLE = RolloutSettings.defaults().settle();
    private static final int LOOKS_MAX = 60;

    private final DaemonTasks tasks = new DaemonTasks(new EcsLookup(EcsWorld.ARNS), new TaskCompiler(EcsWorld.ARNS));
    private final ServiceReconciler planner = ServiceReconciler.ofDaemons(tasks::task, RolloutSettings.defaults());
    private final DaemonsFirst first = new DaemonsFirst(tasks::task, tasks::task);
    private Instant joined = Instant.EPOCH;
    private final List<Integer> away = new ArrayList<>();
    private EcsWorld world;
    private boolean tasksFail;

    @BeforeEach
    void openTheWorld() throws InterruptedException {
        world = new EcsWorld();
        for (int node = 1; node <= 4; node++) {
            world.join("0".repeat(31) + node);
        }
        world.call(
                "PutClusterCapacityProviders",
                "{'cluster':'default','capacityProviders':['FARGATE'],'defaultCapacityProviderStrategy':[]}");
        register();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void runsOneTaskOnEachNodeOfItsCapacityProviders() throws InterruptedException {
        JsonNode created = create("");
        assertThat(created.path("daemonArn").asText()).isEqualTo(ARN);
        assertThat(created.path("status").asText()).isEqualTo("ACTIVE");
        converge();
        assertThat(live(_ -> true)).hasSize(4).allSatisfy(task -> {
            assertThat(task.getSpec().getDaemon()).isTrue();
            assertThat(task.getSpec().getGroup()).isEqualTo("daemon:logs");
        });
        JsonNode daemon = describe();
        assertThat(daemon.at("/currentRevisions/0/totalRunningCount").asInt()).isEqualTo(4);
        assertThat(daemon.at("/currentRevisions/0/capacityProviders/0/runningCount")
                        .asInt())
                .isEqualTo(4);
        JsonNode deployment = deployment(created);
        assertThat(deployment.path("status").asText()).isEqualTo("SUCCESSFUL");
        assertThat(deployment.at("/deploymentConfiguration/drainPercent").asDouble())
                .isEqualTo(25);
        world.join("0".repeat(31) + "5");
        converge();
        assertThat(live(_ -> true)).hasSize(5);
    }

    @Test
    void isExchangedOnAsManyNodesAtATimeAsItsDrainPercentSays() throws InterruptedException {
        create(",'deploymentConfiguration':{'drainPercent':50.0}");
        converge();
        away.clear();
        JsonNode updated = update("");
        converge();
        assertThat(away.stream().mapToInt(count -> count).max()).hasValue(2);
        JsonNode deployment = deployment(updated);
        assertThat(deployment.path("status").asText()).isEqualTo("SUCCESSFUL");
        assertThat(deployment
                        .at("/targetDaemonRevision/totalRunningInstanceCount")
                        .asInt())
                .isEqualTo(4);
        assertThat(deployment
                        .at("/sourceDaemonRevisions/0/totalRunningInstanceCount")
                        .asInt(-1))
                .isZero();
        assertThat(describe().path("currentRevisions")).hasSize(1);
        assertThat(world.call("ListDaemonDeployments", "{'daemonArn':'" + ARN + "','status':['SUCCESSFUL']}")
                        .path("daemonDeployments"))
                .hasSize(2);
    }

    @Test
    void oneNodeIsExchangedEvenIfThePercentageIsLessThanOne() throws InterruptedException {
        create(",'deploymentConfiguration':{'drainPercent':0.0}");
        converge();
        away.clear();
        JsonNode updated = update("");
        converge();
        assertThat(away.stream().mapToInt(count -> count).max()).hasValue(1);
        assertThat(deployment(updated).path("status").asText()).isEqualTo("SUCCESSFUL");
    }

    @Test
    void goesBackWhenItsTasksFail() throws InterruptedException {
        JsonNode created = create(",'propagateTags':'DAEMON','tags':[{'key':'team','value':'a'}]");
        converge();
        tasksFail = true;
        JsonNode updated = update(",'propagateTags':'NONE'");
        for (int look = 0; look < LOOKS_MAX && !hasRollback(updated); look++) {
            turn();
        }
        tasksFail = false;
        converge();
        JsonNode failed = deployment(updated);
        assertThat(failed.path("status").asText()).isEqualTo("ROLLBACK_SUCCESSFUL");
        assertThat(failed.at("/circuitBreaker/status").asText()).isEqualTo("TRIGGERED");
        assertThat(failed.at("/rollback/rollbackTargetDaemonRevisionArn").asText())
                .isEqualTo(deployment(created).at("/targetDaemonRevision/arn").asText());
        assertThat(live(_ -> true))
                .hasSize(4)
                .allSatisfy(
                        task -> assertThat(task.getSpec().getLabelsOrThrow("com.amazonaws.ecs.task-definition-version"))
                                .isEqualTo("1"));
        // What the failed revision said of tasks is taken back with it.
        world.join("0".repeat(31) + "5");
        converge();
        assertThat(world.call("ListTagsForResource", "{'resourceArn':'" + arnOnNode(5) + "'}")
                        .at("/tags/0/key")
                        .asText())
                .isEqualTo("team");
    }

    @Test
    void provesItselfForItsBakeTime() throws InterruptedException {
        create("");
        converge();
        JsonNode updated = update(",'deploymentConfiguration':{'bakeTimeInMinutes':10}");
        // Each of four nodes takes no longer than it takes to settle.
        for (int look = 0; look < 8; look++) {
            turn();
        }
        assertThat(live(Workloads::isRunning))
                .allSatisfy(
                        task -> assertThat(task.getSpec().getLabelsOrThrow("com.amazonaws.ecs.task-definition-version"))
                                .isEqualTo("2"));
        assertThat(deployment(updated).path("status").asText()).isEqualTo("IN_PROGRESS");
        world.pass(Duration.ofMinutes(10));
        look();
        assertThat(deployment(updated).path("status").asText()).isEqualTo("SUCCESSFUL");
    }

    @Test
    void aDefinitionIsBeingDeletedAsLongAsADaemonRunsIt() throws InterruptedException {
        create("");
        converge();
        JsonNode _ = world.call("DeleteDaemonTaskDefinition", "{'daemonTaskDefinition':'logs:1'}");
        assertThat(statusOfDefinition()).isEqualTo("DELETE_IN_PROGRESS");
        assertThat(world.call("ListDaemonTaskDefinitions", "{'status':'DELETE_IN_PROGRESS'}")
                        .path("daemonTaskDefinitions"))
                .hasSize(1);
        JsonNode _ = world.call("DeleteDaemon", "{'daemonArn':'" + ARN + "'}");
        converge();
        assertThat(statusOfDefinition()).isEqualTo("DELETED");
    }

    private String statusOfDefinition() throws InterruptedException {
        return world.call("DescribeDaemonTaskDefinition", "{'daemonTaskDefinition':'logs:1'}")
                .at("/daemonTaskDefinition/status")
                .asText();
    }

    @Test
    void takesItsTasksWithItWhenItIsDeleted() throws InterruptedException {
        create("");
        converge();
        assertThat(world.call("DeleteDaemon", "{'daemonArn':'" + ARN + "'}")
                        .path("status")
                        .asText())
                .isEqualTo("DELETE_IN_PROGRESS");
        assertThat(describe().path("status").asText()).isEqualTo("DELETE_IN_PROGRESS");
        assertThatThrownBy(() -> update("")).hasMessage("Daemon was not ACTIVE.");
        assertThatThrownBy(() -> world.call("DeleteDaemon", "{'daemonArn':'" + ARN + "'}"))
                .hasMessage("Daemon was not ACTIVE.");
        assertThatThrownBy(() -> create(""))
                .hasMessage("Unable to create a daemon while one of the same name is being deleted.");
        converge();
        assertThat(live(_ -> true)).isEmpty();
        assertThatThrownBy(this::describe).hasMessage("Daemon not found.");
        assertThat(daemons("{}")).isEmpty();
        create("");
        converge();
        assertThat(live(_ -> true)).hasSize(4);
    }

    @Test
    void aRequestThatIsSentTwiceMakesOneDaemon() throws InterruptedException {
        JsonNode first = create(",'clientToken':'once'");
        assertThat(create(",'clientToken':'once'")).isEqualTo(first);
        assertThat(create("")).isEqualTo(first);
        assertThatThrownBy(() -> create(",'enableExecuteCommand':true"))
                .hasMessage("Creation of daemon was not idempotent.");
    }

    @Test
    void isListedByClusterAndCapacityProvider() throws InterruptedException {
        create("");
        assertThat(daemons("{}")).containsExactly(ARN);
        assertThat(daemons("{'clusterArn':'default','capacityProviderArns':['FARGATE']}"))
                .containsExactly(ARN);
        assertThat(daemons("{'capacityProviderArns':['FARGATE_SPOT']}")).isEmpty();
        world.call("CreateCluster", "{'clusterName':'other'}");
        assertThat(daemons("{'clusterArn':'other'}")).isEmpty();
    }

    @Test
    void keepsWhatItNeedsFromBeingTakenAway() throws InterruptedException {
        create("");
        assertThatThrownBy(() -> world.call(
                        "PutClusterCapacityProviders",
                        "{'cluster':'default','capacityProviders':[],'defaultCapacityProviderStrategy':[]}"))
                .hasMessage("The specified capacity provider is in use and cannot be removed from the cluster.");
        assertThatThrownBy(() -> world.call("DeleteCluster", "{'cluster':'default'}"))
                .hasMessage("The Cluster cannot be deleted while Services are active.");
    }

    @Test
    void itsRevisionsSayWhatItRuns() throws InterruptedException {
        JsonNode created = create(",'enableExecuteCommand':true");
        String revision = deployment(created).at("/targetDaemonRevision/arn").asText();
        JsonNode shown = world.call("DescribeDaemonRevisions", "{'daemonRevisionArns':['" + revision + "']}")
                .at("/daemonRevisions/0");
        assertThat(shown.path("daemonArn").asText()).isEqualTo(ARN);
        assertThat(shown.path("daemonTaskDefinitionArn").asText())
                .isEqualTo(EcsWorld.ARNS.daemonTaskDefinition("logs", 1));
        assertThat(shown.at("/containerImages/0/image").asText()).isEqualTo("busybox");
        assertThat(shown.path("propagateTags").asText()).isEqualTo("NONE");
        assertThat(shown.path("enableExecuteCommand").asBoolean()).isTrue();
        String missing = EcsWorld.ARNS.daemonRevision("default", "logs", "1");
        assertThat(world.call("DescribeDaemonRevisions", "{'daemonRevisionArns':['" + missing + "']}")
                        .at("/failures/0/reason")
                        .asText())
                .isEqualTo("MISSING");
    }

    @Test
    void itsDeploymentsAreNoServiceDeployments() throws InterruptedException {
        String arn = create("").path("deploymentArn").asText();
        String disguised = arn.replace("daemon-deployment/default/logs", "service-deployment/default/daemon:logs");
        assertThatThrownBy(() -> world.call("StopServiceDeployment", "{'serviceDeploymentArn':'" + disguised + "'}"))
                .hasMessageStartingWith("Invalid identifier: ");
        assertThat(world.call("ListServices", "{}").path("serviceArns")).isEmpty();
    }

    @Test
    void aNodeThatJoinsIsOpenedWhenItsDaemonRunsThere() throws InterruptedException {
        create("");
        converge();
        String node = join(5);
        assertThat(openIfReady(node)).contains(joined.plus(Duration.ofMinutes(2)));
        look();
        change(task -> task.getSpec().getRequiredNode().equals(node), this::onNode);
        assertThat(openIfReady(node)).isPresent();
        change(task -> task.getSpec().getRequiredNode().equals(node), task -> ended(task, Phase.RUNNING));
        assertThat(openIfReady(node)).isEmpty();
        assertThat(awaits(node)).isFalse();
    }

    @Test
    void aDaemonThatDoesNotStartHoldsNobodyUpForLong() throws InterruptedException {
        create("");
        converge();
        String node = join(5);
        world.pass(Duration.ofMinutes(2));
        assertThat(openIfReady(node)).isEmpty();
        assertThat(awaits(node)).isFalse();
    }

    @Test
    void aNodeThatNoDaemonIsForIsOpenedAtOnce() throws InterruptedException {
        create("");
        String node = join(5);
        Versioned<Node> record = record(node);
        world.commit(Transaction.builder()
                .update(
                        record,
                        record.value().toBuilder()
                                .putAttributes("gantry.pool", "attic")
                                .build())
                .build());
        assertThat(openIfReady(node)).isEmpty();
        assertThat(awaits(node)).isFalse();
    }

    // The user.

    private void register() throws InterruptedException {
        world.call(
                "RegisterDaemonTaskDefinition",
                "{'family':'logs','containerDefinitions':[{'name':'agent','image':'busybox','memory':64}]}");
    }

    private JsonNode create(String more) throws InterruptedException {
        return world.call(
                "CreateDaemon",
                "{'daemonName':'logs','daemonTaskDefinitionArn':'logs:1','capacityProviderArns':['FARGATE']" + more
                        + "}");
    }

    private JsonNode update(String more) throws InterruptedException {
        register();
        return world.call(
                "UpdateDaemon",
                "{'daemonArn':'" + ARN + "','daemonTaskDefinitionArn':'logs','capacityProviderArns':['FARGATE']" + more
                        + "}");
    }

    private JsonNode describe() throws InterruptedException {
        return world.call("DescribeDaemon", "{'daemonArn':'" + ARN + "'}").path("daemon");
    }

    private JsonNode deployment(JsonNode answer) throws InterruptedException {
        String arn = answer.path("deploymentArn").asText();
        return world.call("DescribeDaemonDeployments", "{'daemonDeploymentArns':['" + arn + "']}")
                .at("/daemonDeployments/0");
    }

    private boolean hasRollback(JsonNode answer) throws InterruptedException {
        return deployment(answer).has("rollback");
    }

    private List<String> daemons(String request) throws InterruptedException {
        return world.call("ListDaemons", request).path("daemonSummariesList").findValuesAsText("daemonArn");
    }

    // The rest of the world.

    /** As dispatch registers it in a cluster that has daemons. */
    private String join(int number) throws InterruptedException {
        String id = "0".repeat(31) + number;
        world.join(id);
        Versioned<Node> node = record(id);
        world.commit(Transaction.builder()
                .update(node, node.value().toBuilder().setAwaitsDaemons(true).build())
                .build());
        joined = world.now();
        return id;
    }

    /** Looks whether the node can be opened; when it looks again if it cannot. */
    private Optional<Instant> openIfReady(String node) throws InterruptedException {
        Outcome outcome = first.reconcile(world.store.snapshot(), Kinds.NODE.key("", node), world.now());
        for (Transaction transaction : outcome.writes()) {
            world.commit(transaction);
        }
        return outcome.wake();
    }

    private boolean awaits(String node) {
        return record(node).value().getAwaitsDaemons();
    }

    private Versioned<Node> record(String node) {
        return world.store.snapshot().get(Kinds.NODE.key("", node)).orElseThrow();
    }

    private String arnOnNode(int number) {
        return live(task -> task.getSpec().getRequiredNode().endsWith(String.valueOf(number))).stream()
                .map(task -> EcsWorld.ARNS.task("default", task.getId()))
                .findFirst()
                .orElseThrow();
    }

    /** Until nothing is left to do. */
    private void converge() throws InterruptedException {
        for (int look = 0; look < LOOKS_MAX; look++) {
            if (!turn() && !look()) {
                return;
            }
        }
        throw new AssertionError("it goes on for ever");
    }

    /** One look, and then what nodes do about it, in time enough to settle. */
    private boolean turn() throws InterruptedException {
        boolean changed = look();
        away.add(4
                - live(task -> Workloads.isRunning(task) && !Workloads.isUnwanted(task))
                        .size());
        changed |= change(task -> task.getWish().getDesired() == RunState.STOP, task -> ended(task, Phase.STOPPED));
        look();
        changed |= change(
                task -> Workloads.phase(task) == Phase.PROVISIONING,
                task -> ended(onNode(task), tasksFail ? Phase.STOPPED : Phase.RUNNING));
        world.pass(SETTLE);
        return changed;
    }

    private boolean look() throws InterruptedException {
        Outcome outcome = planner.reconcile(world.store.snapshot(), KEY, world.now());
        for (Transaction transaction : outcome.writes()) {
            world.commit(transaction);
        }
        return !outcome.writes().isEmpty();
    }

    private boolean change(Predicate<Workload> which, UnaryOperator<Workload> change) throws InterruptedException {
        List<Workload> some = live(which);
        for (Workload task : some) {
            world.change(EcsWorld.ARNS.task("default", task.getId()), change);
        }
        return !some.isEmpty();
    }

    private Workload onNode(Workload task) {
        Workload.Builder placed = task.toBuilder();
        placed.getPlacementBuilder()
                .setNode(task.getSpec().getRequiredNode())
                .setPlacedAtMs(world.now().toEpochMilli());
        return placed.build();
    }

    private Workload ended(Workload task, Phase phase) {
        Workload.Builder ended = task.toBuilder();
        ended.getObservedBuilder().setPhase(phase);
        if (phase == Phase.RUNNING) {
            ended.getObservedBuilder().setStartedAtMs(world.now().toEpochMilli());
        } else {
            ended.getObservedBuilder().setStoppedAtMs(world.now().toEpochMilli());
        }
        return ended.build();
    }

    private List<Workload> live(Predicate<Workload> which) {
        return world.store.snapshot().find(Kinds.LIVE_WORKLOADS_BY_OWNER, KEY.path()).stream()
                .map(Versioned::value)
                .filter(which)
                .toList();
    }
}
