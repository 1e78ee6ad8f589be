package dev.gantry.controller.kube.registry;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.store.Snapshot;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which clusters of the Kubernetes API there are. Each has the namespace {@code kube-system}, which nobody may delete. */
public final class Clusters {

    /** The one that is also served without a prefix. */
    public static final String DEFAULT = "default";

    private static final String MARK = "kube-system";
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private Clusters() {}

    /** Whether a cluster can be called so: it is a part of paths and of keys. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    public static boolean exists(Snapshot snapshot, String cluster) {
        return isName(cluster)
                && snapshot.get(new ObjectName(cluster, ResourceName.NAMESPACES, "", MARK).key())
                        .isPresent();
    }

    /** In the order of their names. */
    public static Set<String> all(Snapshot snapshot) {
        Set<String> clusters = new TreeSet<>();
        KubeDocument.keys(snapshot, ResourceName.NAMESPACES).stream()
                .map(ObjectName::of)
                .filter(name -> name.name().equals(MARK))
                .forEach(name -> clusters.add(name.cluster()));
        return clusters;
    }
}
