package dev.gantry.controller.kube.batch;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.PodOwnerReconciler;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.List;

/** Runs the pods of jobs to their end, and counts each exactly once. */
public final class JobReconciler extends PodOwnerReconciler {

    static final ResourceName JOBS = new ResourceName("batch", "jobs");

    private final PodMaker maker;

    public JobReconciler(PodMaker maker) {
        super(JOBS);
        this.maker = maker;
    }

    @Override
    protected Outcome decide(Snapshot snapshot, KubeDocument job, List<PodDocument> pods, Instant now) {
        return new JobPass(snapshot, job, pods, maker, now).decide();
    }

    @Override
    protected String finalizer() {
        return Attempt.FINALIZER;
    }
}
