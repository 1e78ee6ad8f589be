package dev.gantry.controller.kube.owner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gantry.controller.kube.access.TokenSamples;
import dev.gantry.controller.kube.admit.Defaults;
import dev.gantry.controller.kube.batch.JobPodReconciler;
import dev.gantry.controller.kube.disruption.Evictions;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.pod.PodEventReconciler;
import dev.gantry.controller.kube.pod.PodReconciler;
import dev.gantry.controller.kube.pod.SupplyReconciler;
import dev.gantry.controller.kube.pod.TaintReconciler;
import dev.gantry.controller.kube.registry.Birth;
import dev.gantry.controller.kube.registry.Deletion;
import dev.gantry.controller.kube.registry.Draft;
import dev.gantry.controller.kube.registry.Registries;
import dev.gantry.controller.kube.registry.Registry;
import dev.gantry.controller.kube.registry.Revision;
import dev.gantry.controller.kube.registry.ServiceRange;
import dev.gantry.controller.kube.service.ClaimReconciler;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.lifecycle.Expiries;
import dev.gantry.controller.lifecycle.RetentionReconciler;
import dev.gantry.controller.lifecycle.WorkloadReconciler;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.world.Records;
import dev.gantry.controller.world.World;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.Node;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Taint;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/** A namespace with objects and pods, a clock set by hand, and pods that do what a test says. */
public final class ObjectWorld implements AutoCloseable {

    public static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    private static final int ROUNDS_MAX = 500;
    private static final int SECOND = 1000;

    private final World world = new World();
    private final Registries registries = new Registries(new PodCompiler(), ServiceRange.DEFAULT);
    private final List<Loop<?>> loops = new ArrayList<>();
    private Consumer<Snapshot> check = _ -> {};
    private Instant now = START;
    private int uids;

    public ObjectWorld(List<Reconciler<KubeObject>> planners) {
        planners.forEach(planner -> loops.add(new Loop<>(planner)));
        loops.add(new Loop<>(new PodReconciler()));
        loops.add(new Loop<>(new PodEventReconciler()));
        loops.add(new Loop<>(new TaintReconciler()));
        loops.add(new Loop<>(new JobPodReconciler()));
        loops.add(new Loop<>(new ClaimReconciler()));
        loops.add(new Loop<>(new SupplyReconciler(TokenSamples.tokens(this::now))));
        Expiries.defaults().stream()
                .filter(expiry -> expiry.kind().equals(Kinds.KUBE_OBJECT))
                .forEach(expiry -> loops.add(new Loop<>(new RetentionReconciler<>(expiry))));
        loops.add(new Loop<>(new WorkloadReconciler()));
        world.put(Records.node("n1", "z").build());
        create("namespaces", "{'metadata': {'name': 'shop'}}");
        create("serviceaccounts", "{'metadata': {'name': 'default'}}");
    }

    /** Looks at every image from now on. */
    public void checking(Consumer<Snapshot> check) {
        this.check = check;
    }

    public Instant now() {
        return now;
    }

    public Snapshot snapshot() {
        return world.snapshot();
    }

    // The user.

    /** @param text JSON in which single quotes stand for double ones */
    public void create(String plural, String text) {
        ResourceType type = type(plural);
        ObjectNode asked = json(text);
        ObjectName name = name(plural, asked.at("/metadata/name").asText());
        String uid = new UUID(1, ++uids).toString();
        ObjectNode born = Birth.of(type, asked, name, uid, now);
        Defaults.apply(type.apiVersion(), type.kind(), born);
        write(draft -> registries.of(type.name()).create(draft, name, born));
    }

    /** Changes an object as the API would. */
    public void change(String plural, String name, Consumer<ObjectNode> change) {
        revise(plural, name, change, Revision::ofSpec);
    }

    /** Changes an object's status as the API would. */
    public void changeStatus(String plural, String name, Consumer<ObjectNode> change) {
        revise(plural, name, change, Revision::ofStatus);
    }

    private interface Reviser {
        ObjectNode revised(ResourceType type, ObjectNode before, ObjectNode after);
    }

    private void revise(String plural, String name, Consumer<ObjectNode> change, Reviser reviser) {
        ResourceType type = type(plural);
        Registry registry = registries.of(type.name());
        ObjectName of = name(plural, name);
        write(draft -> {
            ObjectNode before = registry.find(draft.image(), of).orElseThrow();
            ObjectNode after = before.deepCopy();
            change.accept(after);
            ObjectNode revised = reviser.revised(type, before, after);
            if (Revision.isOver(revised)) {
                registry.delete(draft, of);
            } else if (!revised.equals(before)) {
                registry.update(draft, of, revised);
            }
        });
    }

    public void delete(String plural, String name, String propagation) {
        ResourceType type = type(plural);
        Registry registry = registries.of(type.name());
        ObjectName of = name(plural, name);
        Deletion deletion = Deletion.of(Json.object().put("propagationPolicy", propagation));
        write(draft -> {
            ObjectNode before = registry.find(draft.image(), of).orElseThrow();
            switch (deletion.of(type.name(), before, registry.graceSeconds(before), now)) {
                case Deletion.Result.Gone() -> registry.delete(draft, of);
                case Deletion.Result.Marked(ObjectNode marked) -> registry.update(draft, of, marked);
            }
        });
    }

    /** As {@code kubectl drain} asks for it. */
    public void evict(String pod) {
        ObjectName of = name("pods", pod);
        Registry registry = registries.of(of.resource());
        write(draft -> Evictions.evict(
                draft, registry, PodDocument.find(draft.image(), of).orElseThrow(), Deletion.of(Json.object())));
    }

    public KubeDocument object(String plural, String name) {
        return KubeDocument.find(snapshot(), name(plural, name)).orElseThrow();
    }

    public List<KubeDocument> objects(String plural) {
        return KubeDocument.list(snapshot(), "default", type(plural).name(), "shop");
    }

    /** The pods in the order of their names. */
    public List<PodDocument> pods() {
        return PodDocument.list(snapshot(), "default", "shop").stream()
                .sorted(Comparator.comparing(pod -> pod.name().name()))
                .toList();
    }

    // The controller and its machines.

    /** Lets all planners decide what changes and their own wishes wake them for, until there is nothing left. */
    public void settle() {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            boolean idle = true;
            for (Loop<?> loop : loops) {
                idle &= !step(loop);
            }
            if (idle) {
                return;
            }
        }
        throw new AssertionError("the planners do not come to an end");
    }

    /** Lets one planner decide everything that it was woken for. */
    public void step(int planner) {
        step(loops.get(planner % loops.size()));
    }

    /** As time goes by planners look again when they wished to. */
    public void pass(Duration time) {
        now = now.plus(time);
        settle();
    }

    /** Time goes by, and nobody has looked yet. */
    public void wait(Duration time) {
        now = now.plus(time);
    }

    private <T extends Message> boolean step(Loop<T> loop) {
        hear();
        List<Key<T>> due = loop.due(now);
        for (Key<T> key : due) {
            Outcome outcome = loop.reconciler.reconcile(snapshot(), key, now);
            outcome.wake().ifPresent(wake -> loop.wakes.put(key, wake));
            world.commit(outcome, check);
        }
        return !due.isEmpty();
    }

    private void hear() {
        for (Change<?> change : world.heard()) {
            loops.forEach(loop -> loop.hear(change, snapshot()));
        }
    }

    private static final class Loop<T extends Message> {

        private final Reconciler<T> reconciler;
        private final Set<Key<T>> woken = new LinkedHashSet<>();
        private final Map<Key<T>, Instant> wakes = new LinkedHashMap<>();

        Loop(Reconciler<T> reconciler) {
            this.reconciler = reconciler;
        }

        void hear(Change<?> change, Snapshot snapshot) {
            woken.addAll(reconciler.wokenBy(change, snapshot));
        }

        List<Key<T>> due(Instant now) {
            wakes.forEach((key, wake) -> {
                if (!now.isBefore(wake)) {
                    woken.add(key);
                }
            });
            List<Key<T>> due = List.copyOf(woken);
            due.forEach(wakes::remove);
            woken.clear();
            return due;
        }
    }

    /** What the machines do at last: pods that shall run become ready, those that shall stop have stopped. */
    public void settleWithMachines() {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            settle();
            List<PodDocument> waiting =
                    pods().stream().filter(ObjectWorld::isWaiting).toList();
            if (waiting.isEmpty()) {
                return;
            }
            waiting.forEach(this::advance);
        }
        throw new AssertionError("the pods do not come to an end");
    }

    private static boolean isWaiting(PodDocument pod) {
        return !pod.isOver() && (pod.isDeleted() || !pod.isReady());
    }

    /** A pod does what it shall. */
    public void advance(PodDocument pod) {
        if (pod.isDeleted()) {
            end(pod, 0);
        } else {
            ready(pod, true);
        }
    }

    public void ready(PodDocument pod, boolean ready) {
        update(pod, workload -> {
            workload.getPlacementBuilder().setNode(node(pod)).setPlacedAtMs(now.toEpochMilli());
            workload.getObservedBuilder()
                    .setPhase(Phase.RUNNING)
                    .setStartedAtMs(now.toEpochMilli())
                    .clearContainers()
                    .addContainers(ContainerStatus.newBuilder()
                            .setName("c")
                            .setPhase(Phase.RUNNING)
                            .setStarted(true)
                            .setReady(ready)
                            .setReadySinceMs(ready ? now.toEpochMilli() : 0));
        });
    }

    public void end(PodDocument pod, int exitCode) {
        update(pod, workload -> {
            workload.getPlacementBuilder().setNode(node(pod)).setPlacedAtMs(now.toEpochMilli());
            workload.getObservedBuilder()
                    .setPhase(Phase.STOPPED)
                    .setStoppedAtMs(now.toEpochMilli() / SECOND * SECOND)
                    .clearContainers()
                    .addContainers(ContainerStatus.newBuilder()
                            .setName("c")
                            .setPhase(Phase.STOPPED)
                            .setStoppedAtMs(now.toEpochMilli())
                            .setExitCode(exitCode));
        });
    }

    /** What a node says of a pod. */
    public void report(PodDocument pod, Consumer<Observation.Builder> change) {
        update(pod, workload -> change.accept(workload.getObservedBuilder()));
    }

    /** A machine joins; the first one is n1. */
    public void join(String id) {
        world.put(Records.node(id, "z").build());
    }

    public void leave(String id) {
        world.commit(Transaction.builder().delete(machine(id)).build());
    }

    public void change(String node, Consumer<Node.Builder> change) {
        Node.Builder changed = machine(node).value().toBuilder();
        change.accept(changed);
        world.commit(
                Transaction.builder().update(machine(node), changed.build()).build());
    }

    private Versioned<Node> machine(String id) {
        return snapshot().get(Kinds.NODE.key("", id)).orElseThrow();
    }

    /** Gives the first node its taints. */
    public void taint(Taint... taints) {
        change("n1", node -> node.clearTaints().addAllTaints(List.of(taints)));
    }

    /** The node that a pod is pinned to, or the first one. */
    private static String node(PodDocument pod) {
        String name = pod.json()
                .at("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0"
                        + "/matchFields/0/values/0")
                .asText("host-n1");
        return name.isEmpty() ? "n1" : name.substring("host-".length());
    }

    /** The scheduler finds no node for a pod. */
    public void unplaced(PodDocument pod, String reason) {
        update(
                pod,
                workload -> workload.getPlacementBuilder()
                        .setUnplacedReason(reason)
                        .setUnplacedSinceMs(now.toEpochMilli()));
    }

    private void update(PodDocument pod, Consumer<Workload.Builder> change) {
        Versioned<Workload> record = snapshot().get(pod.record().key()).orElseThrow();
        if (Workloads.isStopped(record.value())) {
            return;
        }
        Workload.Builder workload = record.value().toBuilder();
        change.accept(workload);
        world.commit(Transaction.builder().update(record, workload.build()).build());
        check.accept(snapshot());
    }

    private void write(Consumer<Draft> change) {
        Draft draft = new Draft(snapshot(), Transaction.builder(), now);
        change.accept(draft);
        world.commit(draft.writes().build());
    }

    public static ObjectNode json(String text) {
        return Json.object(ByteString.copyFromUtf8(text.replace('\'', '"')));
    }

    public static String condition(JsonNode status, String type) {
        for (JsonNode one : status.path("conditions")) {
            if (one.path("type").asText().equals(type)) {
                return one.path("status").asText() + " " + one.path("reason").asText();
            }
        }
        return "";
    }

    private static ObjectName name(String plural, String name) {
        boolean isNamespaced = type(plural).namespaced();
        return new ObjectName("default", type(plural).name(), isNamespaced ? "shop" : "", name);
    }

    private static ResourceType type(String plural) {
        return ResourceTypes.builtIn().list().stream()
                .filter(type -> type.name().plural().equals(plural) && type.isStored())
                .filter(type -> !type.name().equals(new ResourceName("metrics.k8s.io", plural)))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        world.close();
    }
}
