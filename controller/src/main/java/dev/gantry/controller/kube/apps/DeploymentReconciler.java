package dev.gantry.controller.kube.apps;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.Concerned;
import dev.gantry.controller.kube.owner.Selectors;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Rolls deployments out: makes and scales one replica set for each template that a deployment has had. */
public final class DeploymentReconciler implements Reconciler<KubeObject> {

    static final ResourceName REPLICA_SETS = new ResourceName("apps", "replicasets");

    private final Concerned concerned = new Concerned(new ResourceName("apps", "deployments"));
    private final Concerned sets = new Concerned(REPLICA_SETS);

    @Override
    public String name() {
        return "kube-deployments";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return concerned.all(snapshot);
    }

    /** Pods concern the deployment of their set as well: one that is recreated waits until they are gone. */
    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>(concerned.by(change, snapshot));
        if (change.key().kind().equals(Kinds.WORKLOAD)) {
            sets.by(change, snapshot).stream()
                    .flatMap(set -> snapshot.get(set).stream())
                    .forEach(set -> keys.addAll(concerned.owners(snapshot, set)));
        }
        return keys;
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<KubeDocument> deployment = snapshot.get(key).map(KubeDocument::of);
        return deployment
                .flatMap(Selectors::of)
                .map(selector -> new DeploymentPass(snapshot, deployment.get(), selector, now).decide())
                .orElse(Outcome.nothing());
    }
}
