package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.watch.ObjectEvent;
import dev.gantry.controller.kube.watch.Observation;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which registry keeps which resource, and what a change of a record means to those who watch objects. */
public final class Registries implements Observation {

    private final Registry objects = new ObjectRegistry();
    private final Registry nodes = new NodeRegistry();
    private final Registry pods;
    private final Registry services;
    private final Guests guests;

    public Registries(PodMaker maker, ServiceRange range) {
        this(maker, range, Guests.NONE);
    }

    public Registries(PodMaker maker, ServiceRange range, Guests guests) {
        this.guests = guests;
        this.pods = new PodRegistry(maker);
        this.services = new ServiceRegistry(objects, range);
    }

    /** Kinds that other front ends keep. */
    public List<ResourceType> guests() {
        return guests.types();
    }

    public Registry of(ResourceName resource) {
        if (resource.equals(ResourceName.PODS)) {
            return pods;
        }
        if (resource.equals(ServiceClaims.SERVICES)) {
            return services;
        }
        return resource.equals(ResourceName.NODES)
                ? nodes
                : guests.registry(resource).orElse(objects);
    }

    public Registry of(ResourceType type) {
        Registry registry = of(type.name());
        if (OldAutoscalerRegistry.serves(type)) {
            return new OldAutoscalerRegistry(registry);
        }
        return type.custom()
                .<Registry>map(custom -> new CustomRegistry(registry, type, custom))
                .orElse(registry);
    }

    /** A copy of what an event shows, as those see it who watch a kind. */
    public static ObjectNode drawn(ResourceType type, ObjectNode object) {
        if (OldAutoscalerRegistry.serves(type)) {
            return OldAutoscalerRegistry.drawn(object);
        }
        return type.custom()
                .map(custom -> new CustomRegistry(new ObjectRegistry(), type, custom).drawn(object.deepCopy()))
                .orElse(object);
    }

    @Override
    public List<ObjectEvent> events(Snapshot before, Snapshot after, Change<?> change) {
        List<ObjectEvent> events = new ArrayList<>(own(before, after, change));
        events.addAll(guests.events(before, after, change));
        return events;
    }

    private List<ObjectEvent> own(Snapshot before, Snapshot after, Change<?> change) {
        if (change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return ofObject(before, after, change);
        }
        if (change.key().kind().equals(Kinds.WORKLOAD)) {
            return ofPod(before, after, change);
        }
        if (change.key().kind().equals(Kinds.NODE)) {
            return ofNode(before, after, change);
        }
        return List.of();
    }

    private static List<ObjectEvent> ofObject(Snapshot before, Snapshot after, Change<?> change) {
        ObjectName name = ObjectName.of(change.key());
        if (name.resource().equals(ResourceName.NODES)) {
            NodeRegistry nodes = new NodeRegistry();
            return List.of(new ObjectEvent(
                    name, change.revision(), () -> nodes.find(before, name), () -> nodes.find(after, name)));
        }
        return List.of(
                new ObjectEvent(name, change.revision(), () -> object(change.before()), () -> object(change.after())));
    }

    private List<ObjectEvent> ofPod(Snapshot before, Snapshot after, Change<?> change) {
        Optional<PodDocument> old = pod(change.before());
        Optional<PodDocument> fresh = pod(change.after());
        return fresh.or(() -> old)
                .map(PodDocument::name)
                .map(name -> List.of(new ObjectEvent(
                        name,
                        change.revision(),
                        () -> old.flatMap(_ -> pods.find(before, name)),
                        () -> fresh.flatMap(_ -> pods.find(after, name)))))
                .orElse(List.of());
    }

    private static List<ObjectEvent> ofNode(Snapshot before, Snapshot after, Change<?> change) {
        Optional<Versioned<Node>> old = record(change.before(), Node.class);
        Optional<Versioned<Node>> fresh = record(change.after(), Node.class);
        String name = NodeDrawing.name(fresh.or(() -> old).orElseThrow().value());
        NodeRegistry nodes = new NodeRegistry();
        List<ObjectEvent> events = new ArrayList<>();
        for (String cluster : Clusters.all(after)) {
            ObjectName of = new ObjectName(cluster, ResourceName.NODES, "", name);
            events.add(
                    new ObjectEvent(of, change.revision(), () -> nodes.find(before, of), () -> nodes.find(after, of)));
        }
        return events;
    }

    private static Optional<ObjectNode> object(@Nullable Versioned<?> record) {
        return record(record, KubeObject.class)
                .map(found -> KubeDocument.of(found).json());
    }

    private static Optional<PodDocument> pod(@Nullable Versioned<?> record) {
        return record(record, Workload.class).flatMap(PodDocument::of);
    }

    @SuppressWarnings("unchecked") // The value was looked at, and the key is of the same kind.
    private static <T extends com.google.protobuf.Message> Optional<Versioned<T>> record(
            @Nullable Versioned<?> record, Class<T> type) {
        return record == null
                ? Optional.empty()
                : Optional.of(new Versioned<>((Key<T>) record.key(), type.cast(record.value()), record.revision()));
    }
}
