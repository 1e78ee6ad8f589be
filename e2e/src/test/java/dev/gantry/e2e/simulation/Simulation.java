package dev.gantry.e2e.simulation;

import com.google.protobuf.ByteString;
import dev.gantry.controller.ecs.deployment.DeploymentRecords;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Workload;
import dev.gantry.store.Kind;
import dev.gantry.store.Snapshot;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One run from one seed: a while of trouble, then healing, then everything must be as it was wished. */
final class Simulation {

    private static final Duration CONVERGED_WITHIN = Duration.ofSeconds(60);
    private static final Duration STABLE_FOR = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private Simulation() {}

    /** What a run was like. */
    record Report(
            Duration elapsed, long events, int starts, int calls, Duration healed, Map<Trouble, Integer> troubles) {}

    /** Runs the seed; a broken promise is a {@link Violation}. */
    static Report run(long seed, Consumer<String> timeline) throws InterruptedException {
        try (Bugs bugs = Bugs.listen()) {
            Report report = live(seed, timeline);
            bugs.first().ifPresent(bug -> {
                throw new Violation("log", bug);
            });
            return report;
        }
    }

    private static Report live(long seed, Consumer<String> timeline) throws InterruptedException {
        try (World world = new World(seed, timeline)) {
            return live(world);
        }
    }

    private static Report live(World world) throws InterruptedException {
        Dice dice = world.dice().split();
        Duration end = dice.between(Duration.ofSeconds(60), Duration.ofSeconds(150));
        world.users().begin(end);
        world.kubeUsers().begin(end);
        world.kubeOperators().begin(end);
        world.ecsOperators().begin(end);
        new Mishaps(world, dice.split(), end).schedule();
        world.agenda().run(end.plusSeconds(1));
        world.heal();
        Duration healedAt = world.agenda().elapsed();
        Duration converged = converge(world).minus(healedAt);
        world.say("all is as it was wished");
        world.agenda().run(STABLE_FOR);
        unrest(world).or(() -> containers(world, Tasks.LASTING)).ifPresent(what -> {
            throw new Violation("I11", "it did not last: " + what);
        });
        // Tasks that end by themselves may just have done so: the store has its time to hear of it.
        converge(world);
        world.users().complaint().ifPresent(what -> {
            throw new Violation("users", what);
        });
        checkImages(world);
        return new Report(
                world.agenda().elapsed(),
                world.agenda().done(),
                world.oracle().starts(),
                world.users().calls(),
                converged,
                world.counts());
    }

    /** Waits until all is as it was wished, and no longer than it may take; for scenarios. */
    static void settled(World world) throws InterruptedException {
        converge(world);
        world.users().complaint().ifPresent(what -> {
            throw new Violation("users", what);
        });
        checkImages(world);
    }

    private static Duration converge(World world) throws InterruptedException {
        Duration latest = world.agenda().elapsed().plus(CONVERGED_WITHIN);
        Optional<String> open = unsettled(world);
        while (open.isPresent()) {
            if (world.agenda().elapsed().compareTo(latest) >= 0) {
                throw new Violation("I11", "not converged after " + CONVERGED_WITHIN.toSeconds() + " s: " + open.get());
            }
            world.agenda().run(LOOK);
            open = unsettled(world);
        }
        return world.agenda().elapsed();
    }

    /** What is not yet as it was wished. */
    private static Optional<String> unsettled(World world) {
        return unrest(world).or(() -> containers(world, Tasks.ALL)).or(world.events()::unsettled);
    }

    /** The same of all but containers. */
    private static Optional<String> unrest(World world) {
        if (!world.users().areAnswered()) {
            return Optional.of("a user is not answered");
        }
        for (Node node : world.oracle().nodes().values()) {
            if (node.getReadiness() != Readiness.READY) {
                return Optional.of(node.getInfo().getName() + " is " + node.getReadiness());
            }
        }
        String leader = world.oracle().leader().map(Leader::getControllerId).orElse("nobody");
        for (SimNode node : world.nodes()) {
            if (node.agent().filter(agent -> agent.isWelcomedBy(leader)).isEmpty()) {
                return Optional.of(node.describe().getName() + " is not connected to " + leader);
            }
        }
        for (Map.Entry<String, EcsService> service : world.oracle().services().entrySet()) {
            Optional<String> open = unsettled(world, service.getKey(), service.getValue());
            if (open.isPresent()) {
                return open;
            }
        }
        return world.kubeUsers()
                .unsettled()
                .or(world.kubeOperators()::unsettled)
                .or(world.ecsOperators()::unsettled);
    }

    /** @param path of the record of a service, or of a managed daemon */
    private static Optional<String> unsettled(World world, String path, EcsService service) {
        long live = world.oracle().workloads().values().stream()
                .filter(one -> one.getOwner().equals(path) && !Workloads.isStopped(one))
                .count();
        long running = world.oracle().workloads().values().stream()
                .filter(one -> one.getOwner().equals(path) && Workloads.isRunning(one) && !Workloads.isUnwanted(one))
                .count();
        long desired = service.getStatus() == EcsService.Status.ACTIVE ? service.getDesiredCount() : 0;
        if (service.getStatus() == EcsService.Status.DRAINING) {
            return Optional.of(service.getName() + " is still draining");
        }
        if (running != desired || live != desired) {
            return Optional.of(service.getName() + " has " + live + " tasks, " + running + " running, of " + desired);
        }
        Optional<String> lopsided = world.ecsOperators().lopsided(service);
        if (lopsided.isPresent()) {
            return lopsided;
        }
        boolean done = service.getStatus() != EcsService.Status.ACTIVE
                || service.getDeploymentsList().size() == 1
                        && service.getDeployments(0).getRolloutState() == EcsDeployment.RolloutState.COMPLETED;
        Optional<String> open = world.oracle().deployments().values().stream()
                .filter(record -> record.getServiceUid().equals(service.getUid()))
                .filter(record -> !DeploymentRecords.isOver(record.getStatus()))
                .map(record -> "a deployment of " + service.getName() + " is " + record.getStatus() + " in "
                        + record.getStage())
                .findFirst();
        if (open.isPresent()) {
            return open;
        }
        return done
                ? Optional.empty()
                : Optional.of(service.getName() + " has " + service.getDeploymentsCount() + " deployments, the first "
                        + service.getDeployments(0).getRolloutState());
    }

    /** Whose containers to look at. */
    private enum Tasks {
        /** Those of services, which never end by themselves for good. */
        LASTING,
        ALL
    }

    /** What runs is what the store says that runs. */
    private static Optional<String> containers(World world, Tasks which) {
        Set<String> wanted = new TreeSet<>();
        // Tasks that end by themselves may be on their way at any time.
        Set<String> coming = new TreeSet<>();
        for (Workload workload : world.oracle().workloads().values()) {
            String key = workload.getScope() + "/" + workload.getId();
            // Whether a pod may wait was asked before.
            if (Workloads.isStopped(workload) || SimRoom.waits(workload)) {
                continue;
            }
            boolean batch = Users.isBatch(workload);
            boolean passing = which == Tasks.LASTING || Workloads.phase(workload) != Phase.RUNNING;
            if (batch && Workloads.isPlaced(workload) && passing) {
                coming.add(workload.getPlacement().getNode() + " " + key);
                continue;
            }
            if (!Workloads.isRunning(workload) || Workloads.isUnwanted(workload)) {
                return Optional.of("task " + key + " is " + Workloads.phase(workload));
            }
            wanted.add(workload.getPlacement().getNode() + " " + key);
        }
        Set<String> running = world.nodes().stream()
                .flatMap(node ->
                        node.runtime().running().stream().map(container -> node.id() + " " + container.workload()))
                .collect(Collectors.toCollection(TreeSet::new));
        running.removeAll(coming);
        if (wanted.equals(running)) {
            return Optional.empty();
        }
        Set<String> surplus = new TreeSet<>(running);
        surplus.removeAll(wanted);
        wanted.removeAll(running);
        return Optional.of("containers missing " + wanted + ", too many " + surplus);
    }

    /** I12: every controller's image is what the events add up to. */
    private static void checkImages(World world) throws InterruptedException {
        for (SimController controller : world.controllers()) {
            controller.store().catchUp();
            Snapshot image = controller.store().snapshot();
            if (image.revision() != world.oracle().revision()) {
                throw new Violation("I12", controller.name() + " is at another revision than the store");
            }
            Map<String, ByteString> seen = new TreeMap<>();
            for (Kind<?> kind : Kinds.ALL) {
                image.list(kind)
                        .forEach(record ->
                                seen.put(record.key().path(), record.value().toByteString()));
            }
            if (!seen.equals(world.oracle().entries())) {
                throw new Violation("I12", "the image of " + controller.name() + " is not what the events add up to");
            }
            for (SimNode node : world.nodes()) {
                checkIndex(image, node.id());
            }
        }
    }

    private static void checkIndex(Snapshot image, String nodeId) {
        long listed = image.list(Kinds.WORKLOAD).stream()
                .filter(one -> !Workloads.isStopped(one.value())
                        && one.value().getPlacement().getNode().equals(nodeId))
                .count();
        if (image.find(Kinds.LIVE_WORKLOADS_BY_NODE, nodeId).size() != listed) {
            throw new Violation("I12", "the index of " + nodeId + " is not what the image holds");
        }
    }
}
