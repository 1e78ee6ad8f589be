package dev.gantry.controller.kube.quota;

import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.Workload;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the pods of namespaces are charged. It keeps what it has read while a pod's document stays the same, which makes it
 * fast, not different: a new one reads the same. It holds as many as there are pods in namespaces with quotas.
 */
final class PodCharges {

    private final Map<String, Map<Key<Workload>, Known>> byNamespace = new ConcurrentHashMap<>();

    private record Known(ByteString json, PodCharge charge) {}

    /** A pod and whether it has ended. */
    record Charged(PodCharge charge, boolean isOver) {}

    List<Charged> of(Snapshot snapshot, String cluster, String namespace) {
        String place = cluster + "/" + namespace;
        Map<Key<Workload>, Known> before = byNamespace.getOrDefault(place, Map.of());
        Map<Key<Workload>, Known> after = new HashMap<>();
        List<Charged> charged = new ArrayList<>();
        for (Versioned<Workload> record : snapshot.find(Kinds.KUBE_PODS_BY_NAMESPACE, place)) {
            Pods.shown(record.value()).ifPresent(pod -> {
                Known known = known(before.get(record.key()), pod);
                after.put(record.key(), known);
                charged.add(new Charged(known.charge(), Workloads.isStopped(record.value())));
            });
        }
        byNamespace.put(place, Map.copyOf(after));
        return charged;
    }

    /** Of a namespace that has no quota any longer. */
    void forget(String cluster, String namespace) {
        byNamespace.remove(cluster + "/" + namespace);
    }

    private static Known known(@Nullable Known before, KubePod pod) {
        return before != null && before.json().equals(pod.getJson())
                ? before
                : new Known(pod.getJson(), PodCharge.of(Json.object(pod.getJson())));
    }
}
