package dev.gantry.controller.kube.apps;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.PodOwnerReconciler;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.Node;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps one pod of a daemon set on each node that suits it. */
public final class DaemonSetReconciler extends PodOwnerReconciler {

    private final PodMaker maker;

    public DaemonSetReconciler(PodMaker maker) {
        super(new ResourceName("apps", "daemonsets"));
        this.maker = maker;
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.NODE)) {
            return placing(change.before()).equals(placing(change.after())) ? List.of() : all(snapshot);
        }
        return super.wokenBy(change, snapshot);
    }

    /** What of a node decides who may be on it. */
    private static Optional<Node> placing(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Node node
                ? Optional.of(node.toBuilder()
                        .clearTags()
                        .clearReadinessSinceMs()
                        .clearEpoch()
                        .clearVersion()
                        .build())
                : Optional.empty();
    }

    @Override
    protected Outcome decide(Snapshot snapshot, KubeDocument set, List<PodDocument> pods, Instant now) {
        return new DaemonSetPass(snapshot, set, pods, maker, now).decide();
    }
}
