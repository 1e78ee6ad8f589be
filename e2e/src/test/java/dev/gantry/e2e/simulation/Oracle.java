package dev.gantry.e2e.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.gantry.agent.connection.Obeyed;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.controller.ecs.deployment.DeploymentRecords;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.Leader;
import dev.gantry.proto.Node;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.Backend;
import dev.gantry.store.Key;
import dev.gantry.store.Kind;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Watches every revision of the store and every deed of the agents, and says which promise was broken. It replays the
 * store's events itself, so that images can be held against it.
 */
final class Oracle implements Backend.Watcher {

    /** A planner may not have seen what died so lately. */
    private static final Duration UNSEEN_MAX = Duration.ofSeconds(20);

    private final World world;
    private final TreeMap<String, ByteString> entries = new TreeMap<>();
    private final Map<String, Long> revisions = new LinkedHashMap<>();
    private final TreeMap<String, Workload> workloads = new TreeMap<>();
    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final TreeMap<String, EcsService> services = new TreeMap<>();
    private final TreeMap<String, EcsServiceDeployment> deployments = new TreeMap<>();
    private final Map<String, Long> fallen = new LinkedHashMap<>();
    private final Set<String> started = new HashSet<>();
    /** Owners of what must not run twice, by "scope/id"; its container may outlive its record. */
    private final Map<String, String> singletons = new LinkedHashMap<>();

    private Backend.@Nullable Request request;
    private long revision;

    Oracle(World world) {
        this.world = world;
    }

    /** How many percent of a service's desired count may be missing or too many. */
    record Percents(int minimum, int maximum) {}

    TreeMap<String, Workload> workloads() {
        return workloads;
    }

    TreeMap<String, Node> nodes() {
        return nodes;
    }

    TreeMap<String, EcsService> services() {
        return services;
    }

    /** Service deployments by the path of their record. */
    TreeMap<String, EcsServiceDeployment> deployments() {
        return deployments;
    }

    TreeMap<String, ByteString> entries() {
        return entries;
    }

    long revision() {
        return revision;
    }

    /** Of the record at the path, 0 for none. */
    long revisionOf(String path) {
        return revisions.getOrDefault(path, 0L);
    }

    int starts() {
        return started.size();
    }

    Optional<Leader> leader() {
        return Optional.ofNullable(entries.get(Kinds.LEADER_KEY.path())).map(value -> parse(Kinds.LEADER, value));
    }

    // What the store is asked.

    /** What is about to be committed; a request that conflicts changes nothing and is not judged. */
    void before(Backend.Request next) {
        request = next;
    }

    void after() {
        request = null;
        world.tellFollowers();
    }

    /** I9: derived state is written under the leader's record. */
    private void checkGuard(Backend.Event event) {
        boolean guarded = request == null || request.guards().containsKey(Kinds.LEADER_KEY.path());
        if (!guarded && isDerived(event.path(), event.value())) {
            throw world.broken("I9", event.path() + " is written without the leader's guard");
        }
    }

    private boolean isDerived(String path, @Nullable ByteString value) {
        if (path.startsWith(Kinds.NODE.name() + "/")) {
            return value == null || !asApiLeavesIt(nodes.get(path)).equals(asApiLeavesIt(parse(Kinds.NODE, value)));
        }
        if (!path.startsWith(Kinds.WORKLOAD.name() + "/")) {
            return false;
        }
        if (value == null) {
            return true;
        }
        Workload before = workloads.getOrDefault(path, Workload.getDefaultInstance());
        Workload after = parse(Kinds.WORKLOAD, value);
        return !before.getPlacement().equals(after.getPlacement())
                || !before.getObserved().equals(after.getObserved());
    }

    /** A node without what users change of it. */
    private static Node asApiLeavesIt(@Nullable Node node) {
        return node == null
                ? Node.getDefaultInstance()
                : node.toBuilder()
                        .clearAttributes()
                        .clearAdministration()
                        .clearVersion()
                        .build();
    }

    // What the store tells.

    @Override
    public void lost(String reason) {
        world.say("watches are lost");
    }

    @Override
    public void changed(long newRevision, List<Backend.Event> events) {
        if (newRevision <= revision) {
            return;
        }
        revision = newRevision;
        Set<String> touched = new TreeSet<>();
        Set<String> owners = new TreeSet<>();
        Set<String> calledOff = new TreeSet<>();
        // Services first, because what a transaction does to tasks is judged by the service as it is after it.
        events.forEach(this::takeService);
        events.stream()
                .filter(event -> event.path().startsWith(Kinds.ECS_SERVICE_DEPLOYMENT.name() + "/"))
                .forEach(this::takeDeployment);
        for (Backend.Event event : events) {
            take(event, touched, owners, calledOff);
        }
        touched.forEach(this::checkNode);
        owners.forEach(this::checkMost);
        calledOff.forEach(this::checkLeast);
        world.events().take(events);
        world.pods().judge();
    }

    private void takeService(Backend.Event event) {
        if (event.path().startsWith(Kinds.ECS_DAEMON.name() + "/")) {
            keep(services, event, Kinds.ECS_DAEMON);
        }
        if (event.path().startsWith(Kinds.ECS_SERVICE.name() + "/")) {
            keep(services, event, Kinds.ECS_SERVICE);
            Optional.ofNullable(services.get(event.path()))
                    .flatMap(world.users()::complaint)
                    .ifPresent(what -> {
                        throw world.broken("I4", what);
                    });
        }
    }

    /** I16: a service deployment that has ended stays as it ended, and whose revision it goes to never changes. */
    private void takeDeployment(Backend.Event event) {
        EcsServiceDeployment before = deployments.get(event.path());
        keep(deployments, event, Kinds.ECS_SERVICE_DEPLOYMENT);
        EcsServiceDeployment after = deployments.get(event.path());
        if (before == null || after == null) {
            return;
        }
        boolean over = DeploymentRecords.isOver(before.getStatus());
        if (over && !after.equals(before)) {
            throw world.broken("I16", event.path() + " was " + before.getStatus() + " and is " + after.getStatus());
        }
        boolean back = after.getStage().compareTo(before.getStage()) < 0;
        if (back || !after.getTarget().equals(before.getTarget())) {
            throw world.broken("I16", event.path() + " goes from " + before.getStage() + " to " + after.getStage());
        }
    }

    private void take(Backend.Event event, Set<String> touched, Set<String> owners, Set<String> calledOff) {
        checkGuard(event);
        if (event.value() == null) {
            entries.remove(event.path());
            revisions.remove(event.path());
        } else {
            entries.put(event.path(), event.value());
            revisions.put(event.path(), event.revision());
        }
        if (event.path().startsWith(Kinds.NODE.name() + "/")) {
            Node before = nodes.get(event.path());
            keep(nodes, event, Kinds.NODE);
            world.events().node(before, nodes.get(event.path()), event.revision());
            checkReadiness(before, nodes.get(event.path()));
        } else if (event.path().startsWith(Kinds.KUBE_OBJECT.name() + "/")) {
            world.pods().take(key(Kinds.KUBE_OBJECT, event.path()), event.value(), event.revision());
        } else if (event.path().startsWith(Kinds.WORKLOAD.name() + "/")) {
            Workload before = workloads.get(event.path());
            keep(workloads, event, Kinds.WORKLOAD);
            Workload after = workloads.get(event.path());
            boolean isPlanned = request != null && request.guards().containsKey(Kinds.LEADER_KEY.path());
            world.pods().take(key(Kinds.WORKLOAD, event.path()), after, event.revision(), isPlanned);
            world.events().task(before, after, event.revision());
            if (after != null) {
                if (after.getSpec().getSingleton()) {
                    singletons.put(after.getScope() + "/" + after.getId(), after.getOwner());
                }
                checkLife(event.path(), before, after);
                touched.add(after.getPlacement().getNode());
                note(before, after, owners, calledOff);
            }
        }
    }

    private static <T extends Message> Key<T> key(Kind<T> kind, String path) {
        int name = path.lastIndexOf('/');
        return kind.key(path.substring(kind.name().length() + 1, name), path.substring(name + 1));
    }

    private void note(@Nullable Workload before, Workload after, Set<String> owners, Set<String> calledOff) {
        if (after.getOwner().isEmpty()) {
            return;
        }
        if (before == null) {
            owners.add(after.getOwner());
            return;
        }
        world.ecsOperators().checkProtection(before, after, services.get(after.getOwner()));
        boolean ran = isServing(before);
        boolean planned = request != null && request.guards().containsKey(after.getOwner());
        if (ran && !isServing(after)) {
            if (planned) {
                calledOff.add(after.getOwner());
            } else {
                fallen.put(
                        after.getOwner() + " " + after.getId(), world.agenda().now());
            }
        }
    }

    private static boolean isServing(Workload workload) {
        return Workloads.isRunning(workload) && !Workloads.isUnwanted(workload);
    }

    private static <T extends Message> void keep(TreeMap<String, T> model, Backend.Event event, Kind<T> kind) {
        ByteString value = event.value();
        if (value == null) {
            model.remove(event.path());
        } else {
            model.put(event.path(), parse(kind, value));
        }
    }

    static <T extends Message> T parse(Kind<T> kind, ByteString value) {
        try {
            return kind.parser().parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new Violation("I4", "the store holds what is no " + kind + ": " + e.getMessage());
        }
    }

    /** I2, I5, I6. */
    private void checkLife(String path, @Nullable Workload before, Workload after) {
        if (before == null) {
            return;
        }
        if (Workloads.isPlaced(before)
                && !before.getPlacement().getNode().equals(after.getPlacement().getNode())) {
            throw world.broken("I2", path + " moves to another node");
        }
        Phase from = Workloads.phase(before);
        Phase to = Workloads.phase(after);
        if (to.getNumber() < from.getNumber()) {
            throw world.broken("I2", path + " goes back from " + from + " to " + to);
        }
        if (before.getWish().getDesired() == RunState.STOP && after.getWish().getDesired() != RunState.STOP) {
            throw world.broken("I5", path + " shall run again after it was told to stop");
        }
        boolean lost = !Workloads.isStopped(before)
                && Workloads.isStopped(after)
                && after.getObserved().getStopCode().equals("TerminationNotice");
        if (lost && isWell(after.getPlacement().getNode())) {
            throw world.broken("I6", path + " is lost on a node that nothing befell");
        }
    }

    private void checkReadiness(@Nullable Node before, @Nullable Node after) {
        if (before == null || after == null) {
            return;
        }
        if (after.getEpoch() < before.getEpoch()) {
            throw world.broken("I8", "the epoch of " + after.getId() + " goes back");
        }
        if (before.getReadiness() != after.getReadiness()) {
            world.say(after.getInfo().getName() + " is " + after.getReadiness());
        }
        if (after.getReadiness() == Readiness.LOST && isWell(after.getId())) {
            throw world.broken("I6", after.getInfo().getName() + " is lost and nothing befell it");
        }
    }

    private boolean isWell(String nodeId) {
        return world.node(nodeId).filter(node -> !node.isFaulted()).isPresent();
    }

    /** I7. */
    private void checkNode(String nodeId) {
        long cpu = 0;
        long memory = 0;
        Set<Integer> ports = new HashSet<>();
        for (Workload workload : workloads.values()) {
            if (nodeId.isEmpty()
                    || Workloads.isStopped(workload)
                    || !workload.getPlacement().getNode().equals(nodeId)) {
                continue;
            }
            cpu += workload.getSpec().getResources().getCpuUnits();
            memory += workload.getSpec().getResources().getMemoryBytes();
            for (int port : workload.getSpec().getResources().getTcpPortsList()) {
                if (!ports.add(port)) {
                    throw world.broken("I7", "port " + port + " of " + nodeId + " is given away twice");
                }
            }
        }
        if (cpu > SimNode.CPU || memory > SimNode.MEMORY_BYTES) {
            throw world.broken("I7", nodeId + " has " + cpu + " CPU units and " + memory + " bytes reserved");
        }
    }

    /** I3, upper limit: whenever a task was created. */
    private void checkMost(String owner) {
        EcsService service = services.get(owner);
        if (service == null) {
            throw world.broken("I3", "a task was created for " + owner + ", which is not there");
        }
        if (service.getDaemon()) {
            world.ecsOperators().checkDaemons(owner);
            return;
        }
        long total = workloads.values().stream()
                .filter(one -> one.getOwner().equals(owner) && !Workloads.isStopped(one))
                .count();
        long most = (long) service.getDesiredCount()
                * world.users().percents(service.getName()).maximum()
                / 100;
        if (total > most) {
            throw world.broken("I3", owner + " has " + total + " tasks, at most " + most + " may be");
        }
    }

    /** I3, lower limit: whenever the planner stopped a task that served. */
    private void checkLeast(String owner) {
        EcsService service = services.get(owner);
        // All of a DAEMON service may stop at once.
        if (service == null || service.getStatus() != EcsService.Status.ACTIVE || service.getDaemon()) {
            return;
        }
        // A deployment that takes the place of one whose revisions are being exchanged ends what that one had made.
        if (world.users().exchanges(service.getName()) && service.getDeploymentsCount() > 2) {
            return;
        }
        long serving = workloads.values().stream()
                .filter(one -> one.getOwner().equals(owner) && isServing(one))
                .count();
        long least = Math.ceilDiv(
                (long) service.getDesiredCount()
                        * world.users().percents(service.getName()).minimum(),
                100L);
        long now = world.agenda().now();
        fallen.values().removeIf(at -> now - at > UNSEEN_MAX.toNanos());
        long unseen = fallen.keySet().stream()
                .filter(key -> key.startsWith(owner + " "))
                .count();
        if (serving + unseen < least) {
            throw world.broken("I3", owner + " keeps " + serving + " tasks that serve, at least " + least + " must");
        }
    }

    // What agents and controllers do.

    /** I1: of all that such a service ever made, one container runs in the whole cluster. */
    private void checkSingle(SimNode node, String workload) {
        String owner = singletons.get(workload);
        if (owner == null) {
            return;
        }
        for (SimNode other : world.nodes()) {
            for (SimRuntime.Container running : other.runtime().running()) {
                boolean same = other.equals(node) && running.workload().equals(workload);
                if (!same && owner.equals(singletons.get(running.workload()))) {
                    throw world.broken(
                            "I1", workload + " starts while " + running.workload() + " runs on " + other.id());
                }
            }
        }
    }

    /**
     * I1, I2, I5, and rule 3.
     *
     * @param epoch that the agent knew of when it set about it
     */
    void started(SimNode node, String workload, String container, long epoch) {
        checkSingle(node, workload);
        boolean isFirst = started.add(workload + "/" + container);
        if (!isFirst && !mayStartAgain(workload) && !isForFirstContainer(workload, container)) {
            throw world.broken("I2", container + " of " + workload + " starts twice");
        }
        if (node.hasReportedStopped(workload)) {
            throw world.broken("I5", workload + " starts after it was reported stopped");
        }
        Workload known = workloads.get(Kinds.WORKLOAD.name() + "/" + workload);
        if (known != null && !known.getPlacement().getNode().equals(node.id())) {
            throw world.broken("I2", workload + " starts on a node that it was not placed on");
        }
        Node record = nodes.get(Kinds.NODE.key("", node.id()).path());
        if (known != null
                && record != null
                && epoch == record.getEpoch()
                && known.getPlacement().getNodeEpoch() < record.getEpoch()) {
            throw world.broken("rule 3", workload + " starts, which was placed in an epoch that is over");
        }
        if (known != null && Workloads.isStopped(known) && !node.isFaulted()) {
            throw world.broken("I5", workload + " starts after it has stopped");
        }
    }

    /** What only holds the network of a pod, when the machine went down before anything of the pod itself had started. */
    private boolean isForFirstContainer(String workload, String container) {
        return container.equals(Sandbox.NAME)
                && started.stream()
                        .filter(one -> one.startsWith(workload + "/"))
                        .allMatch((workload + "/" + Sandbox.NAME)::equals);
    }

    /** Containers of pods that are to run for ever. */
    private boolean mayStartAgain(String workload) {
        Workload known = workloads.get(Kinds.WORKLOAD.name() + "/" + workload);
        return known != null && Pods.isPod(known) && !Users.isBatch(known);
    }

    /** I8. */
    void obeys(SimNode node, Obeyed before, Obeyed after) {
        boolean back = after.epoch() < before.epoch()
                || after.epoch() == before.epoch() && after.revision() < before.revision();
        if (back) {
            throw world.broken("I8", node.id() + " goes back from " + before.epoch() + "/" + before.revision());
        }
    }

    /** Rule 2: only who leads by the store's own account acknowledges heartbeats. */
    void acknowledges(SimController controller) {
        String leader = leader().map(Leader::getControllerId).orElse("nobody");
        if (!leader.equals(controller.name())) {
            throw world.broken("rule 2", controller.name() + " acknowledges a heartbeat while " + leader + " leads");
        }
    }

    /** I10. */
    void bounded(String what, int size, int most) {
        if (size > most) {
            throw world.broken("I10", size + " " + what + ", at most " + most + " may be");
        }
    }
}
