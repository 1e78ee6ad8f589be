package dev.gantry.controller.kube.pod;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.scheduler.NamespaceLabels;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import java.util.Map;

/** Tells the scheduler the labels of namespaces, by which some pods choose whom they are near to. */
public final class NamespaceSelection implements NamespaceLabels {

    @Override
    public Map<String, String> of(Snapshot snapshot, String cluster, String namespace) {
        return KubeDocument.find(snapshot, new ObjectName(cluster, ResourceName.NAMESPACES, "", namespace))
                .map(found -> found.meta().labels())
                .orElse(Map.of());
    }

    @Override
    public boolean isAbout(Change<?> change) {
        return change.key().kind().equals(Kinds.KUBE_OBJECT)
                && ObjectName.of(change.key()).resource().equals(ResourceName.NAMESPACES);
    }
}
