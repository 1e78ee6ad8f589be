package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.disruption.BudgetAllowances;
import dev.gantry.controller.kube.disruption.PreemptionReconciler;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.scheduler.SchedulerReconciler;
import dev.gantry.controller.world.Records;
import dev.gantry.controller.world.World;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.Node;
import dev.gantry.proto.Phase;
import dev.gantry.proto.PodName;
import dev.gantry.proto.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/** Nodes and pods in a store, with the scheduler and who ends pods for it. */
final class Village implements AutoCloseable {

    static final String CONTAINER = "'containers': [{'name': 'c', 'image': 'i'}]";

    private final World world = new World();
    private SchedulerReconciler scheduler = scheduler();
    private int made;
    private Instant now = PodSamples.NOW;

    private static SchedulerReconciler scheduler() {
        return new SchedulerReconciler(
                new SplittableRandom(1), Duration.ofMinutes(30), new NamespaceSelection(), new BudgetAllowances());
    }

    /** Another leader, who knows nothing but the store. */
    void changeLeader() {
        scheduler = scheduler();
    }

    World world() {
        return world;
    }

    /** Of 2 processors; an empty zone is none. */
    void node(String id, String zone) {
        Node.Builder node = Records.node(id, zone);
        if (zone.isEmpty()) {
            node.getInfoBuilder().removeAttributes("ecs.availability-zone");
        }
        world.put(node.build());
    }

    /** @param labels and spec as JSON without their outer braces */
    void pod(String namespace, String name, String labels, String spec) {
        now = now.plusSeconds(1);
        String uid = "00000000-0000-0000-0000-%012d".formatted(++made);
        ObjectNode json = PodSamples.json(
                "{'metadata': {'name': '%s', 'namespace': '%s', 'uid': '%s', 'labels': {%s}}, 'spec': {%s}}"
                        .formatted(name, namespace, uid, labels, spec));
        Workload workload = new PodCompiler().make("default", json, now);
        world.put(workload);
        world.put(
                Kinds.KUBE_POD_NAME.key(Pods.scope("default", namespace), name),
                PodName.newBuilder().setWorkloadId(workload.getId()).build());
    }

    void pod(String name, String labels, String spec) {
        pod("shop", name, labels, spec);
    }

    /** On a node already. */
    void settled(String name, String node, String labels, String spec) {
        pod(name, labels, spec);
        Workload.Builder placed = record(name).toBuilder();
        placed.getPlacementBuilder().setNode(node).setPlacedAtMs(now.toEpochMilli());
        placed.getObservedBuilder().setPhase(Phase.RUNNING);
        world.put(placed.build());
    }

    void namespace(String name, String labels) {
        ObjectName key = new ObjectName("default", ResourceName.NAMESPACES, "", name);
        ObjectNode json = PodSamples.json("{'metadata': {'name': '%s', 'labels': {%s}}}".formatted(name, labels));
        world.put(key.key(), KubeDocument.stored(json, KubeObject.getDefaultInstance()));
    }

    void budget(String name, String spec) {
        ObjectName key = new ObjectName("default", new ResourceName("policy", "poddisruptionbudgets"), "shop", name);
        ObjectNode json = PodSamples.json("{'metadata': {'name': '%s'}, 'spec': {%s}}".formatted(name, spec));
        world.put(key.key(), KubeDocument.stored(json, KubeObject.getDefaultInstance()));
    }

    void schedule() {
        world.runAll(scheduler, now);
    }

    /** The scheduler's victims are asked to go. */
    void end() {
        world.runAll(new PreemptionReconciler(), now);
    }

    /** A pod that was asked to go has gone. */
    void gone(String name) {
        world.put(Workloads.ended(record(name), "Exited", "done", now));
    }

    PodDocument document(String name) {
        return document("shop", name);
    }

    private PodDocument document(String namespace, String name) {
        return PodDocument.find(world.snapshot(), new ObjectName("default", ResourceName.PODS, namespace, name))
                .orElseThrow();
    }

    Workload record(String name) {
        return document(name).record().value();
    }

    ObjectNode drawn(String name) {
        return PodView.draw(document(name), world.snapshot());
    }

    /** Of those that stay; empty while it waits. */
    String nodeOf(String name) {
        return record(name).getPlacement().getNode();
    }

    List<String> nodesOf(String... names) {
        return List.of(names).stream().map(this::nodeOf).toList();
    }

    /** Why it waits, without what there is to gain from ending others. */
    String why(String name) {
        return drawn(name).at("/status/conditions/0/message").asText().replaceAll(" preemption: .*", "");
    }

    @Override
    public void close() {
        world.close();
    }
}
