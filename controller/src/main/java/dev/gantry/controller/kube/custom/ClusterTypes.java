package dev.gantry.controller.kube.custom;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The kinds of each cluster: those that are built in, and those of its established definitions. A definition is read once for each of its
 * revisions. What is kept is derived from the image alone, so any number of these agree.
 */
public final class ClusterTypes {

    /** Preferred versions first, as clients expect it within a group. */
    private static final Comparator<ResourceType> ORDER = Comparator.comparing(
                    (ResourceType type) -> type.name().group())
            .thenComparing(ResourceType::version, VersionOrder.PREFERRED_FIRST)
            .thenComparing(type -> type.name().plural());

    private record Read(long revision, List<ResourceType> types) {}

    private record Known(Map<Key<KubeObject>, Read> definitions, ResourceTypes types) {}

    private final ResourceTypes builtIn;

    /** By the cluster that alone has them. */
    private final Map<String, ResourceTypes> withGuests;

    /** Of clusters that have definitions; who asks about others leaves nothing behind. */
    private final Map<String, Known> clusters = new ConcurrentHashMap<>();

    public ClusterTypes(ResourceTypes builtIn) {
        this(builtIn, Map.of());
    }

    /** @param guests kinds that one cluster has beside those that are built in, by the cluster */
    public ClusterTypes(ResourceTypes builtIn, Map<String, List<ResourceType>> guests) {
        this.builtIn = builtIn;
        this.withGuests = guests.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> builtIn.with(entry.getValue())));
    }

    public ResourceTypes of(Snapshot image, String cluster) {
        String resource = cluster + "/" + ResourceName.DEFINITIONS.path();
        if (image.count(Kinds.KUBE_OBJECTS_BY_RESOURCE, resource) == 0) {
            clusters.remove(cluster);
            return builtIn(cluster);
        }
        List<Versioned<KubeObject>> definitions = image.find(Kinds.KUBE_OBJECTS_BY_RESOURCE, resource);
        Known before = clusters.get(cluster);
        if (before != null && isOf(before, definitions)) {
            return before.types();
        }
        Known fresh = read(cluster, definitions, Optional.ofNullable(before));
        clusters.put(cluster, fresh);
        return fresh.types();
    }

    private ResourceTypes builtIn(String cluster) {
        return withGuests.getOrDefault(cluster, builtIn);
    }

    private static boolean isOf(Known known, List<Versioned<KubeObject>> definitions) {
        return known.definitions().size() == definitions.size()
                && definitions.stream().allMatch(one -> {
                    Read read = known.definitions().get(one.key());
                    return read != null && read.revision() == one.revision();
                });
    }

    private Known read(String cluster, List<Versioned<KubeObject>> definitions, Optional<Known> before) {
        Map<Key<KubeObject>, Read> all = new HashMap<>();
        for (Versioned<KubeObject> record : definitions) {
            Optional<Read> known = before.map(Known::definitions)
                    .map(reads -> reads.get(record.key()))
                    .filter(read -> read.revision() == record.revision());
            all.put(record.key(), known.orElseGet(() -> read(record)));
        }
        List<ResourceType> types = all.values().stream()
                .flatMap(read -> read.types().stream())
                .sorted(ORDER)
                .toList();
        return new Known(Map.copyOf(all), builtIn(cluster).with(types));
    }

    private static Read read(Versioned<KubeObject> record) {
        Definition definition = new Definition(KubeDocument.of(record));
        return new Read(record.revision(), definition.isEstablished() ? definition.types() : List.of());
    }
}
