package dev.gantry.controller.kube.batch;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.Concerned;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.Collection;

/** Makes jobs at set times. */
public final class CronJobReconciler implements Reconciler<KubeObject> {

    private final Concerned concerned = new Concerned(new ResourceName("batch", "cronjobs"));

    @Override
    public String name() {
        return "kube-cronjobs";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return concerned.all(snapshot);
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        return concerned.by(change, snapshot);
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        return snapshot.get(key)
                .map(KubeDocument::of)
                .filter(cronJob -> !cronJob.meta().isDeleted())
                .map(cronJob -> new CronJobPass(snapshot, cronJob, now).decide())
                .orElse(Outcome.nothing());
    }
}
