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
import java.util.Optional;

/** Runs the pods of jobs to their end, and counts each exactly once. */
public final class JobReconciler extends PodOwnerReconciler {

    static final ResourceName JOBS = new ResourceName("batch", "jobs");

    private static final String CONTROLLER = "kubernetes.io/job-controller";

    private final PodMaker maker;

    public JobReconciler(PodMaker maker) {
        super(JOBS);
        this.maker = maker;
    }

    @Override
    protected Outcome decide(Snapshot snapshot, KubeDocument job, List<PodDocument> pods, Instant now) {
        return new JobPass(snapshot, job, pods, maker, now).decide();
    }

    /** A job that names another controller is that one's until it has ended. */
    @Override
    protected Optional<Outcome> elsewhere(Snapshot snapshot, KubeDocument job, Instant now) {
        String controller = job.spec().path("managedBy").asText(CONTROLLER);
        return controller.equals(CONTROLLER)
                ? Optional.empty()
                : Optional.of(new JobPass(snapshot, job, List.of(), maker, now).expire());
    }

    @Override
    protected String finalizer() {
        return Attempt.FINALIZER;
    }
}
