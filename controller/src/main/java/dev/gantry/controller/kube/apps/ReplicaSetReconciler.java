package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.Claims;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.owner.PodOwnerReconciler;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps as many pods as a replica set, or a replication controller, shall have. */
public final class ReplicaSetReconciler extends PodOwnerReconciler {

    private static final ResourceName REPLICA_SETS = new ResourceName("apps", "replicasets");
    private static final ResourceName CONTROLLERS = ResourceName.core("replicationcontrollers");

    private final PodMaker maker;

    private ReplicaSetReconciler(ResourceName resource, PodMaker maker) {
        super(resource);
        this.maker = maker;
    }

    public static ReplicaSetReconciler ofReplicaSets(PodMaker maker) {
        return new ReplicaSetReconciler(REPLICA_SETS, maker);
    }

    public static ReplicaSetReconciler ofReplicationControllers(PodMaker maker) {
        return new ReplicaSetReconciler(CONTROLLERS, maker);
    }

    @Override
    protected Outcome decide(Snapshot snapshot, KubeDocument set, List<PodDocument> owned, Instant now) {
        Map<String, PodDocument> pods = new HashMap<>();
        owned.stream()
                .filter(Claims::isAlive)
                .forEach(pod -> pods.put(pod.name().name(), pod));
        List<Member> members = new ArrayList<>();
        pods.values().forEach(pod -> members.add(Member.of(pod)));
        OwnerPass pass = new OwnerPass(snapshot, set, now);
        Making making = new Making(0, Optional.empty());
        if (!set.meta().isDeleted()) {
            int replicas = set.spec().path("replicas").asInt(1);
            for (ReplicaPlanner.Action action : ReplicaPlanner.plan(replicas, members, neighbours(snapshot, set))) {
                switch (action) {
                    case ReplicaPlanner.Action.Make(int count) -> making = make(pass, set, members, count);
                    case ReplicaPlanner.Action.Delete(Member member) -> {
                        PodDocument pod = pods.get(member.name());
                        if (pod != null && pass.hasRoom()) {
                            pass.delete(pod);
                            members.remove(member);
                        }
                    }
                }
            }
        }
        // Of what this pass leaves behind: a deployment counts on it while other pods are made.
        ReplicaSetStatus status = new ReplicaSetStatus(set, members, making.made(), now);
        pass.json().set("status", status.draw(making.refusal()));
        Outcome outcome = pass.outcome();
        return status.nextAvailable().map(outcome::orWakeAt).orElse(outcome);
    }

    private record Making(int made, Optional<String> refusal) {}

    private Making make(OwnerPass pass, KubeDocument set, List<Member> members, int count) {
        int made = 0;
        ObjectNode template = (ObjectNode) set.spec().path("template");
        while (made < count && pass.canCreate() && (pass.hasRoom() || goesOn(pass, set, members, made))) {
            Optional<String> refusal = pass.createPod(template, set.meta().name() + "-", maker);
            if (refusal.isPresent()) {
                return new Making(made, refusal);
            }
            made++;
        }
        return new Making(made, Optional.empty());
    }

    private static boolean goesOn(OwnerPass pass, KubeDocument set, List<Member> members, int made) {
        pass.json().set("status", new ReplicaSetStatus(set, members, made, pass.now()).draw(Optional.empty()));
        return pass.goesOn();
    }

    /** The pods by node of all sets with the same owner, or of this one if nobody owns it. */
    private static Map<String, Integer> neighbours(Snapshot snapshot, KubeDocument set) {
        String cluster = set.name().cluster();
        Map<String, Integer> neighbours = new HashMap<>();
        set.meta()
                .controller()
                .map(Meta.Owner::uid)
                .map(owner -> snapshot.find(Kinds.KUBE_OBJECTS_BY_OWNER, cluster + "/" + owner).stream()
                        .map(sibling -> sibling.value().getUid())
                        .toList())
                .orElse(List.of(set.meta().uid()))
                .forEach(uid -> snapshot.find(Kinds.KUBE_PODS_BY_OWNER, cluster + "/" + uid)
                        .forEach(pod ->
                                neighbours.merge(pod.value().getPlacement().getNode(), 1, Integer::sum)));
        return neighbours;
    }
}
