package dev.gantry.controller.kube.apps;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.Claims;
import dev.gantry.controller.kube.owner.PodOwnerReconciler;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.List;

/** Keeps the pods of stateful sets, each with a name of its own that stays. */
public final class StatefulSetReconciler extends PodOwnerReconciler {

    private final PodMaker maker;

    public StatefulSetReconciler(PodMaker maker) {
        super(new ResourceName("apps", "statefulsets"));
        this.maker = maker;
    }

    @Override
    protected Outcome decide(Snapshot snapshot, KubeDocument set, List<PodDocument> pods, Instant now) {
        return new StatefulSetPass(snapshot, set, pods, maker, now).decide();
    }

    /** A pod of another name has no place in it. */
    @Override
    protected Claims claims(Snapshot snapshot, KubeDocument set, LabelSelector selector) {
        Claims all = super.claims(snapshot, set, selector);
        List<PodDocument> adoptable = all.adoptable().stream()
                .filter(pod -> Occupant.ordinalOf(set.meta().name(), pod.name().name()) >= 0)
                .toList();
        return new Claims(all.pods(), adoptable, all.released());
    }
}
