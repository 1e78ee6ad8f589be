package dev.gantry.e2e.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gantry.controller.aws.AwsException;
import dev.gantry.controller.aws.Caller;
import dev.gantry.controller.resource.Nodes;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Health;
import dev.gantry.proto.Node;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Those who run a DAEMON service and a managed daemon, drain nodes, change their attributes, and protect tasks of others. All of it passes. */
final class EcsOperators {

    /** Of the DAEMON service, which is on every node that nobody spared. */
    private static final String DAEMON_GROUP = "service:watch";

    /** A managed daemon, on every node. */
    private static final String GUARD = "daemon:guard";

    private static final String SPARED = "spared";
    private static final Caller CALLER =
            new Caller("000000000000", "eu-central-1", SimController.ARNS.root(), "request-2");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final World world;
    private final Dice dice;
    private int waiting;
    private boolean hasDaemon;
    private boolean hasGuard;

    EcsOperators(World world, Dice dice) {
        this.world = world;
        this.dice = dice;
    }

    /** They come in every second run. */
    void begin(Duration until) {
        if (dice.happens(0.5)) {
            return;
        }
        world.agenda().after(dice.millis(2_000, 20_000), this::createDaemon);
        int deeds = 2 + dice.below(6);
        for (int i = 0; i < deeds; i++) {
            world.agenda().after(dice.between(Duration.ofSeconds(20), until), this::doSomething);
        }
    }

    void createDaemon() {
        call(
                "RegisterTaskDefinition",
                "{'family':'watch','containerDefinitions':[{'name':'app','image':'watch','cpu':32,'memory':16,'stopTimeout':3}]}",
                answer -> call(
                        "CreateService",
                        "{'serviceName':'watch','taskDefinition':'watch','schedulingStrategy':'DAEMON','clientToken':'create-watch','placementConstraints':[{'type':'memberOf','expression':'attribute:spared"
                            + " !exists'}]}",
                        created -> hasDaemon = true));
        call(
                "PutClusterCapacityProviders",
                "{'cluster':'default','capacityProviders':['FARGATE'],'defaultCapacityProviderStrategy':[]}",
                answer -> registerGuard());
    }

    private void registerGuard() {
        call(
                "RegisterDaemonTaskDefinition",
                "{'family':'guard','containerDefinitions':[{'name':'app','image':'guard','cpu':32,'memory':16,'stopTimeout':3}]}",
                answer -> call(
                        "CreateDaemon",
                        "{'daemonName':'guard','daemonTaskDefinitionArn':'guard','capacityProviderArns':['FARGATE'],'clientToken':'create-guard'}",
                        created -> hasGuard = true));
    }

    private void doSomething() {
        List<Node> nodes = List.copyOf(world.oracle().nodes().values());
        if (nodes.isEmpty()) {
            return;
        }
        Node node = dice.of(nodes);
        switch (dice.below(4)) {
            case 0 -> drain(node.getId(), dice.millis(3_000, 15_000));
            case 1 -> spare(node.getId(), dice.millis(3_000, 15_000));
            case 2 -> protect(dice.millis(3_000, 15_000));
            default -> {
                if (hasDaemon) {
                    call("UpdateService", "{'service':'watch','forceNewDeployment':true}", answer -> {});
                }
                if (hasGuard) {
                    String guard = SimController.ARNS.daemon("default", "guard");
                    call(
                            "UpdateDaemon",
                            "{'daemonArn':'" + guard
                                    + "','daemonTaskDefinitionArn':'guard','capacityProviderArns':['FARGATE']}",
                            answer -> {});
                }
            }
        }
    }

    /** For a while. */
    void drain(String node, Duration time) {
        String change = "{'containerInstances':['%s'],'status':'%s'}";
        call(
                "UpdateContainerInstancesState",
                change.formatted(node, "DRAINING"),
                answer -> later(
                        time,
                        () -> call("UpdateContainerInstancesState", change.formatted(node, "ACTIVE"), after -> {})));
    }

    private void spare(String node, Duration time) {
        String attribute =
                "{'attributes':[{'name':'spared','targetType':'container-instance','targetId':'%s'}]}".formatted(node);
        call("PutAttributes", attribute, answer -> later(time, () -> call("DeleteAttributes", attribute, after -> {})));
    }

    private void protect(Duration time) {
        List<Workload> tasks = protectable();
        if (!tasks.isEmpty()) {
            protect(dice.of(tasks).getId(), time);
        }
    }

    /** All that can be, for a while; for scenarios. */
    void protectAll(Duration time) {
        protectable().forEach(task -> protect(task.getId(), time));
    }

    private List<Workload> protectable() {
        return world.oracle().workloads().values().stream()
                .filter(task -> task.getOwner().startsWith("ecs-service/") && !Workloads.isUnwanted(task))
                .toList();
    }

    private void protect(String task, Duration time) {
        String change = "{'cluster':'default','tasks':['%s'],'protectionEnabled':%s,'expiresInMinutes':1}";
        call(
                "UpdateTaskProtection",
                change.formatted(task, true),
                answer -> later(time, () -> call("UpdateTaskProtection", change.formatted(task, false), after -> {})));
    }

    private void later(Duration time, Runnable deed) {
        waiting++;
        world.agenda().after(time, () -> {
            waiting--;
            deed.run();
        });
    }

    private void call(String operation, String input, Consumer<JsonNode> answered) {
        waiting++;
        Question.ask(world, dice, controller -> ask(controller, operation, input, answered));
    }

    private boolean ask(SimController controller, String operation, String input, Consumer<JsonNode> answered)
            throws InterruptedException {
        try {
            JsonNode answer = controller
                    .users()
                    .call(operation, JSON.readTree(input.replace('\'', '"')), CALLER)
                    .tree();
            world.say("operator: " + operation + " " + input.substring(0, Math.min(80, input.length())));
            waiting--;
            answered.accept(answer);
            return true;
        } catch (UnavailableException e) {
            world.say("operator: " + operation + " has no answer: " + e.getMessage());
            return false;
        } catch (AwsException e) {
            // A definition or a node that the asked controller has not seen yet is there a little later.
            world.say("operator: " + operation + " is refused: " + e.getMessage());
            return false;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    // What they hold the cluster to.

    /** I14, whenever something moved: no node has two tasks of such a service. */
    void checkDaemons(String owner) {
        Set<String> taken = new HashSet<>();
        for (Workload task : world.oracle().workloads().values()) {
            if (task.getOwner().equals(owner) && !Workloads.isStopped(task)) {
                String node = task.getPlacement().getNode().isEmpty()
                        ? task.getSpec().getRequiredNode()
                        : task.getPlacement().getNode();
                if (!taken.add(node)) {
                    throw world.broken("I14", owner + " has two tasks on " + node);
                }
            }
        }
    }

    /** I15: neither scaling in nor a deployment stops what is protected. */
    void checkProtection(Workload before, Workload after, @Nullable EcsService service) {
        boolean stops = before.getWish().getDesired() != RunState.STOP
                && after.getWish().getDesired() == RunState.STOP
                && after.getWish().getStopReason().startsWith("Scaling activity");
        boolean exempt = service == null
                || service.getDaemon()
                || service.getStatus() != EcsService.Status.ACTIVE
                || before.getObserved().getHealth() == Health.UNHEALTHY
                || world.counts().containsKey(Trouble.CONTROLLER_CLOCK_STEP);
        Instant now = World.START.plus(world.agenda().elapsed());
        if (stops && !exempt && before.getProtectedUntilMs() > now.toEpochMilli()) {
            throw world.broken(
                    "I15",
                    after.getId() + " is protected and is stopped: "
                            + after.getWish().getStopReason());
        }
    }

    /** What is not yet as it was wished. */
    Optional<String> unsettled() {
        if (waiting > 0) {
            return Optional.of("an operator is not done");
        }
        for (Node node : world.oracle().nodes().values()) {
            boolean active = node.getAdministration() == Administration.ACTIVE;
            if (hasDaemon && running(DAEMON_GROUP, node) != (active && !node.containsAttributes(SPARED) ? 1 : 0)) {
                return Optional.of(
                        node.getInfo().getName() + " has " + running(DAEMON_GROUP, node) + " tasks of " + DAEMON_GROUP);
            }
            if (hasGuard && running(GUARD, node) != (active ? 1 : 0)) {
                return Optional.of(node.getInfo().getName() + " has " + running(GUARD, node) + " tasks of " + GUARD);
            }
            if (node.getAwaitsDaemons()) {
                return Optional.of(node.getInfo().getName() + " awaits daemons");
            }
        }
        return Optional.empty();
    }

    private long running(String group, Node node) {
        return world.oracle().workloads().values().stream()
                .filter(task -> task.getSpec().getGroup().equals(group)
                        && Workloads.isRunning(task)
                        && task.getPlacement().getNode().equals(node.getId()))
                .count();
    }

    /** Whether tasks will move to another zone, or do. There is always room here. */
    Optional<String> lopsided(EcsService service) {
        boolean balances =
                service.getDocumentJson().toStringUtf8().contains("\"availabilityZoneRebalancing\":\"ENABLED\"");
        if (service.getStatus() != EcsService.Status.ACTIVE || !balances || service.getRebalanceNotBeforeMs() > 0) {
            return service.getRebalancing() ? Optional.of(service.getName() + " is rebalancing") : Optional.empty();
        }
        TreeMap<String, Integer> zones = new TreeMap<>();
        Map<String, String> zoneOf = new TreeMap<>();
        world.oracle().nodes().values().forEach(node -> {
            zoneOf.put(node.getId(), Nodes.zone(node));
            zones.put(Nodes.zone(node), 0);
        });
        String owner = "ecs-service/" + service.getCluster() + "/" + service.getName();
        world.oracle().workloads().values().stream()
                .filter(task -> task.getOwner().equals(owner) && !Workloads.isStopped(task))
                .forEach(task ->
                        zones.merge(zoneOf.getOrDefault(task.getPlacement().getNode(), ""), 1, Integer::sum));
        boolean even = zones.isEmpty() || Collections.max(zones.values()) - Collections.min(zones.values()) <= 1;
        return even && !service.getRebalancing()
                ? Optional.empty()
                : Optional.of(service.getName() + " has tasks in zones as in " + zones);
    }
}
