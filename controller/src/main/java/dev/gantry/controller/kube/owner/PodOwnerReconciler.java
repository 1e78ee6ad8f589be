package dev.gantry.controller.kube.owner;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Keeps objects of one resource that own pods by their labels: settles whose each pod is before anything else is decided. */
public abstract class PodOwnerReconciler implements Reconciler<KubeObject> {

    private final Concerned concerned;

    protected PodOwnerReconciler(ResourceName resource) {
        this.concerned = new Concerned(resource);
    }

    /** @param pods of the owner, those that have ended or are ending included */
    protected abstract Outcome decide(Snapshot snapshot, KubeDocument owner, List<PodDocument> pods, Instant now);

    /** Which pods there are for the owner to have, to take and to let go. */
    protected Claims claims(Snapshot snapshot, KubeDocument owner, LabelSelector selector) {
        return Claims.of(snapshot, owner, selector);
    }

    /** What is decided of an owner whose pods another controller keeps; empty for one's own. */
    protected Optional<Outcome> elsewhere(Snapshot snapshot, KubeDocument owner, Instant now) {
        return Optional.empty();
    }

    /** What the owner's pods have as a finalizer; empty for none. */
    protected String finalizer() {
        return "";
    }

    @Override
    public final String name() {
        return "kube-" + concerned.resource().plural();
    }

    @Override
    public final Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return concerned.all(snapshot);
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        return concerned.by(change, snapshot);
    }

    @Override
    public final Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<KubeDocument> owner = snapshot.get(key).map(KubeDocument::of);
        return owner.flatMap(Selectors::of)
                .map(selector -> elsewhere(snapshot, owner.get(), now)
                        .orElseGet(() -> settled(snapshot, owner.get(), selector, now)))
                .orElse(Outcome.nothing());
    }

    private Outcome settled(Snapshot snapshot, KubeDocument owner, LabelSelector selector, Instant now) {
        Claims claims = claims(snapshot, owner, selector);
        return owner.meta().isDeleted() || claims.areSettled()
                ? decide(snapshot, owner, claims.pods(), now)
                : Outcome.write(claims.settle(owner, finalizer()));
    }
}
