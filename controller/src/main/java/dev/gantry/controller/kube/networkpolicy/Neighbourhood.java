package dev.gantry.controller.kube.networkpolicy;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The pods of a cluster, as one policy sees them; looks at each namespace once. */
final class Neighbourhood {

    private final Snapshot snapshot;
    private final String cluster;
    private final String own;
    private final Map<String, List<Neighbour>> byNamespace = new HashMap<>();

    /** @param own namespace of the policy */
    Neighbourhood(Snapshot snapshot, String cluster, String own) {
        this.snapshot = snapshot;
        this.cluster = cluster;
        this.own = own;
    }

    Stream<Neighbour> everybody() {
        return snapshot.find(Kinds.KUBE_PODS_BY_CLUSTER, cluster).stream()
                .flatMap(pod -> Neighbour.of(pod.value()).stream());
    }

    Stream<Neighbour> of(PolicyPeer.Selected peer) {
        Stream<String> namespaces = peer.namespaces().map(this::namespaces).orElseGet(() -> Stream.of(own));
        return namespaces
                .flatMap(namespace -> in(namespace).stream())
                .filter(pod -> peer.pods().matches(pod.labels()));
    }

    private Stream<String> namespaces(LabelSelector labels) {
        return KubeDocument.list(snapshot, cluster, ResourceName.NAMESPACES).stream()
                .filter(namespace -> labels.matches(namespace.meta().labels()))
                .map(namespace -> namespace.name().name());
    }

    private List<Neighbour> in(String namespace) {
        return byNamespace.computeIfAbsent(
                namespace,
                _ -> snapshot.find(Kinds.KUBE_PODS_BY_NAMESPACE, cluster + "/" + namespace).stream()
                        .flatMap(pod -> Neighbour.of(pod.value()).stream())
                        .toList());
    }
}
