package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.apps.DeploymentPlanner.Action;
import dev.gantry.controller.kube.apps.DeploymentPlanner.Situation;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.owner.ChildNames;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.owner.Removals.Propagation;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One pass over one deployment. */
final class DeploymentPass {

    private static final ResourceType TYPE =
            ResourceTypes.builtIn().find(DeploymentReconciler.REPLICA_SETS).orElseThrow();

    private final Snapshot snapshot;
    private final KubeDocument deployment;
    private final Instant now;
    private final OwnedSets sets;
    private final DeploymentRules rules;
    private final OwnerPass pass;
    private final Map<String, ObjectNode> changed = new LinkedHashMap<>();
    private Conditions conditions;
    private int collisions;

    DeploymentPass(Snapshot snapshot, KubeDocument deployment, LabelSelector selector, Instant now) {
        this.snapshot = snapshot;
        this.deployment = deployment;
        this.now = now;
        this.sets = OwnedSets.of(snapshot, deployment, selector);
        this.rules = DeploymentRules.of(deployment.spec());
        this.pass = new OwnerPass(snapshot, deployment, now);
        this.conditions = Conditions.of(deployment.status(), Conditions.LAST_UPDATE);
        this.collisions = deployment.status().path("collisionCount").asInt();
    }

    Outcome decide() {
        boolean isDeleted = deployment.meta().isDeleted();
        if (!isDeleted && !sets.areSettled()) {
            return Outcome.write(sets.settle(deployment));
        }
        Situation situation = situation();
        DeploymentStatus status = new DeploymentStatus(deployment, situation, now);
        boolean follows = !rules.paused() && !isDeleted;
        if (!isDeleted) {
            conditions = status.pausing(conditions);
            sets.newest().ifPresent(this::number);
            DeploymentPlanner.plan(situation).forEach(this::apply);
            if (rules.paused() || status.isComplete()) {
                DeploymentPlanner.forgotten(situation).forEach(this::apply);
            }
        }
        changed.forEach((name, json) -> pass.update(TYPE, sets.byName(name), json));
        pass.json().set("status", status.draw(conditions, collisions, refusal(), follows));
        Outcome outcome = pass.outcome();
        // A second later, because times are kept in seconds.
        return status.deadline(conditions)
                .map(at -> outcome.orWakeAt(at.plusSeconds(1)))
                .orElse(outcome);
    }

    private Situation situation() {
        List<Generation> old = sets.old().stream().map(Generation::of).toList();
        int oldPods = (int) sets.old().stream()
                .flatMap(set -> PodDocument.ownedBy(
                        snapshot, set.name().cluster(), set.meta().uid())
                        .stream())
                .filter(pod -> !pod.isOver())
                .count();
        return new Situation(
                rules,
                sets.newest().map(Generation::of),
                old,
                oldPods,
                deployment.status().path("replicas").asInt());
    }

    private void apply(Action action) {
        switch (action) {
            case Action.Make(int replicas) -> make(replicas);
            case Action.Scale(Generation set, int replicas) -> {
                ObjectNode json = edited(set.name());
                int before = json.at("/spec/replicas").asInt();
                json.withObject("/spec").put("replicas", replicas);
                tellScale(set.name(), before, replicas);
                annotateSize(json);
            }
            case Action.Forget(Generation set) -> {
                if (!changed.containsKey(set.name()) && pass.hasRoom()) {
                    pass.removals().delete(sets.byName(set.name()), Propagation.BACKGROUND);
                }
            }
        }
    }

    private void tellScale(String set, int before, int after) {
        if (before != after) {
            pass.tell(
                    "ScalingReplicaSet",
                    "Scaled %s replica set %s from %d to %d"
                            .formatted(before < after ? "up" : "down", set, before, after));
        }
    }

    private ObjectNode edited(String name) {
        return changed.computeIfAbsent(name, _ -> sets.byName(name).json().deepCopy());
    }

    /** The newest set has the highest revision, and the deployment's annotations. */
    private void number(KubeDocument newest) {
        ObjectNode json = edited(newest.meta().name());
        annotateRevision(json, Generation.number(newest.meta(), Generation.REVISION, 0));
        JsonNode minReady = deployment.spec().get("minReadySeconds");
        if (minReady == null) {
            json.withObject("/spec").remove("minReadySeconds");
        } else {
            json.withObject("/spec").set("minReadySeconds", minReady.deepCopy());
        }
        if (rules.deadline().isPresent()
                && conditions.find(DeploymentStatus.PROGRESSING).isEmpty()) {
            progressing(
                    "FoundNewReplicaSet",
                    "Found new replica set \"" + newest.meta().name() + "\"");
        }
    }

    private void annotateRevision(ObjectNode set, long before) {
        ObjectNode annotations = set.withObject("/metadata").withObject("/annotations");
        deployment.meta().annotations().forEach((name, value) -> {
            if (!OwnedSets.OWN_ANNOTATIONS.contains(name)) {
                annotations.put(name, value);
            }
        });
        long revision = Math.max(before, sets.highestOldRevision() + 1);
        if (revision != before && before > 0) {
            String history = annotations.path(Generation.HISTORY).asText();
            annotations.put(Generation.HISTORY, history.isEmpty() ? "" + before : history + "," + before);
        }
        annotations.put(Generation.REVISION, Long.toString(revision));
        pass.json()
                .withObject("/metadata")
                .withObject("/annotations")
                .put(Generation.REVISION, Long.toString(revision));
    }

    private void annotateSize(ObjectNode set) {
        set.withObject("/metadata")
                .withObject("/annotations")
                .put(Generation.DESIRED, Integer.toString(rules.replicas()))
                .put(Generation.MOST, Integer.toString(rules.most()));
    }

    private void make(int replicas) {
        String hash = ChildNames.hash(deployment.spec().path("template"), collisions);
        String name = deployment.meta().name() + "-" + hash;
        ObjectName taken = deployment.name().beside(DeploymentReconciler.REPLICA_SETS, name);
        if (snapshot.get(taken.key()).isPresent()) {
            // Of another template or another owner; the next pass tries another name.
            collisions++;
            return;
        }
        if (!pass.canCreate()) {
            return;
        }
        ObjectNode set = Json.object();
        ObjectNode template = (ObjectNode) deployment.spec().path("template").deepCopy();
        ObjectNode labels = template.withObject("/metadata").withObject("/labels");
        labels.put(OwnedSets.HASH, hash);
        set.withObject("/metadata").set("labels", labels.deepCopy());
        annotateRevision(set, 0);
        annotateSize(set);
        ObjectNode spec = set.putObject("spec").put("replicas", replicas);
        JsonNode minReady = deployment.spec().get("minReadySeconds");
        if (minReady != null) {
            spec.set("minReadySeconds", minReady.deepCopy());
        }
        ObjectNode selector = (ObjectNode) deployment.spec().path("selector").deepCopy();
        selector.withObject("/matchLabels").put(OwnedSets.HASH, hash);
        spec.set("selector", selector);
        spec.set("template", template);
        try {
            pass.create(TYPE, name, set);
        } catch (KubeRefusal e) {
            notCreated(name, String.valueOf(e.getMessage()));
            return;
        }
        tellScale(name, 0, replicas);
        if (rules.deadline().isPresent()) {
            progressing("NewReplicaSetCreated", "Created new replica set \"" + name + "\"");
        }
    }

    private void notCreated(String name, String why) {
        String reason = "ReplicaSetCreateError";
        String message = "Failed to create new replica set \"" + name + "\": " + why;
        pass.warn(reason, message);
        conditions = conditions.with(Condition.of(DeploymentStatus.PROGRESSING, false, reason, message), now);
    }

    private void progressing(String reason, String message) {
        conditions = conditions.with(Condition.of(DeploymentStatus.PROGRESSING, true, reason, message), now);
    }

    /** The condition of a set that cannot make its pods; of the newest one before all others. */
    private Optional<JsonNode> refusal() {
        return Stream.concat(sets.newest().stream(), sets.old().stream())
                .flatMap(set -> Conditions.of(set.status(), "").find(Conditions.REPLICA_FAILURE).stream())
                .<JsonNode>map(one -> one)
                .findFirst();
    }
}
