package dev.gantry.controller.ack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import dev.gantry.controller.ecs.EcsDrafts;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.registry.Guests;
import dev.gantry.controller.kube.registry.Registry;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.watch.ObjectEvent;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsCluster;
import dev.gantry.proto.EcsFamily;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The clusters, services and task definitions of ECS as kinds of one cluster of the Kubernetes API. */
public final class EcsGuests implements Guests {

    private static final String SERVICE_OWNER = Kinds.ECS_SERVICE.name() + "/";

    private final String cluster;
    private final ClusterObjects clusters;
    private final ServiceObjects services;
    private final DefinitionObjects definitions;
    private final Map<ResourceName, Registry> registries;
    private final List<ResourceType> types;

    /** @param cluster of the Kubernetes API that shows them */
    public EcsGuests(String cluster, EcsDrafts drafts) {
        this.cluster = cluster;
        this.clusters = new ClusterObjects(drafts);
        this.services = new ServiceObjects(drafts, clusters);
        this.definitions = new DefinitionObjects(drafts);
        this.registries = Map.of(
                EcsKind.CLUSTER.resource(), clusters,
                EcsKind.SERVICE.resource(), services,
                EcsKind.TASK_DEFINITION.resource(), definitions);
        this.types = EcsTypes.of(drafts.model());
    }

    @Override
    public List<ResourceType> types() {
        return types;
    }

    @Override
    public Optional<Registry> registry(ResourceName resource) {
        return Optional.ofNullable(registries.get(resource));
    }

    /** A resource is told of when its record changes, and when what its status counts does. */
    @Override
    public List<ObjectEvent> events(Snapshot before, Snapshot after, Change<?> change) {
        List<ObjectEvent> events = new ArrayList<>();
        String kind = change.key().kind().name();
        if (kind.equals(Kinds.ECS_CLUSTER.name())) {
            events.add(ofCluster(before, after, change));
        } else if (kind.equals(Kinds.ECS_SERVICE.name())) {
            events.add(ofService(before, after, change));
            if (isShown(change.before()) != isShown(change.after())) {
                counted(Set.of(change.key().scope()), before, after, change, events);
            }
        } else if (kind.equals(Kinds.ECS_FAMILY.name())) {
            ofFamily(change, before, after).ifPresent(events::add);
        } else if (kind.equals(Kinds.ECS_TASK_DEFINITION.name())) {
            ofDefinition(change, before, after).ifPresent(events::add);
        } else if (kind.equals(Kinds.WORKLOAD.name())) {
            ofTask(before, after, change, events);
        } else if (kind.equals(Kinds.NODE.name())) {
            counted(clustersOfNode(change), before, after, change, events);
        }
        return events;
    }

    private ObjectEvent ofCluster(Snapshot before, Snapshot after, Change<?> change) {
        return event(
                EcsKind.CLUSTER,
                ObjectNames.of(change.key().name()),
                change,
                () -> record(change.before(), EcsCluster.class).flatMap(record -> clusters.draw(before, record)),
                () -> record(change.after(), EcsCluster.class).flatMap(record -> clusters.draw(after, record)));
    }

    private ObjectEvent ofService(Snapshot before, Snapshot after, Change<?> change) {
        return event(
                EcsKind.SERVICE,
                ObjectNames.ofService(change.key().scope(), change.key().name()),
                change,
                () -> record(change.before(), EcsService.class).flatMap(record -> services.draw(before, record)),
                () -> record(change.after(), EcsService.class).flatMap(record -> services.draw(after, record)));
    }

    /** Where the revision that is shown changes as well, its own record tells of it. */
    private Optional<ObjectEvent> ofFamily(Change<?> change, Snapshot before, Snapshot after) {
        String family = change.key().name();
        return DefinitionObjects.newest(before, family).equals(DefinitionObjects.newest(after, family))
                ? Optional.of(ofFamily(family, before, after, change))
                : Optional.empty();
    }

    /** Only the revision that is shown before or after matters: so the end of all of them is told once. */
    private Optional<ObjectEvent> ofDefinition(Change<?> change, Snapshot before, Snapshot after) {
        String family = change.key().scope();
        return Stream.of(before, after)
                .flatMap(image -> DefinitionObjects.newest(image, family).stream())
                .filter(newest -> newest.key().equals(change.key()))
                .findFirst()
                .map(_ -> ofFamily(family, before, after, change));
    }

    private ObjectEvent ofFamily(String family, Snapshot before, Snapshot after, Change<?> change) {
        Key<EcsFamily> key = DefinitionObjects.familyKey(family);
        return event(
                EcsKind.TASK_DEFINITION,
                ObjectNames.of(family),
                change,
                () -> before.get(key).flatMap(record -> definitions.draw(before, record)),
                () -> after.get(key).flatMap(record -> definitions.draw(after, record)));
    }

    private void ofTask(Snapshot before, Snapshot after, Change<?> change, List<ObjectEvent> events) {
        if (!isMove(change)) {
            return;
        }
        String owner = change.sides().stream()
                .map(side -> ((Workload) side.value()).getOwner())
                .findFirst()
                .orElse("");
        String scope = change.key().scope();
        if (owner.startsWith(SERVICE_OWNER)) {
            String name = owner.substring(owner.lastIndexOf('/') + 1);
            Key<EcsService> key = Kinds.ECS_SERVICE.key(scope, name);
            if (before.get(key).isPresent() && after.get(key).isPresent()) {
                events.add(event(
                        EcsKind.SERVICE,
                        ObjectNames.ofService(scope, name),
                        change,
                        () -> before.get(key).flatMap(record -> services.draw(before, record)),
                        () -> after.get(key).flatMap(record -> services.draw(after, record))));
            }
        }
        for (String progress : List.of("/running", "/pending")) {
            if (before.count(Kinds.WORKLOADS_BY_PROGRESS, scope + progress)
                    != after.count(Kinds.WORKLOADS_BY_PROGRESS, scope + progress)) {
                counted(Set.of(scope), before, after, change, events);
                return;
            }
        }
    }

    /** Tells of clusters of ECS, among others, because of what is in them. */
    private void counted(
            Set<String> names, Snapshot before, Snapshot after, Change<?> change, List<ObjectEvent> events) {
        // A pod is in no cluster of ECS, and a node may be in none.
        for (String name : names.stream().filter(EcsLookup::isName).toList()) {
            Key<EcsCluster> key = EcsLookup.clusterKey(name);
            if (before.get(key).isPresent() && after.get(key).isPresent()) {
                events.add(event(
                        EcsKind.CLUSTER,
                        ObjectNames.of(name),
                        change,
                        () -> before.get(key).flatMap(record -> clusters.draw(before, record)),
                        () -> after.get(key).flatMap(record -> clusters.draw(after, record))));
            }
        }
    }

    private ObjectEvent event(
            EcsKind kind,
            String name,
            Change<?> change,
            Supplier<Optional<ObjectNode>> before,
            Supplier<Optional<ObjectNode>> after) {
        ObjectName object = new ObjectName(cluster, kind.resource(), ObjectNames.NAMESPACE, name);
        return new ObjectEvent(object, change.revision(), before, after);
    }

    private static boolean isShown(@Nullable Versioned<?> service) {
        return service != null && service.value() instanceof EcsService value && ServiceObjects.isShown(value);
    }

    /** Whether a task came, went, or took a step that its service or cluster counts. */
    private static boolean isMove(Change<?> change) {
        return !(change.before() != null
                && change.after() != null
                && change.before().value() instanceof Workload old
                && change.after().value() instanceof Workload fresh
                && Workloads.phase(old) == Workloads.phase(fresh)
                && Workloads.isUnwanted(old) == Workloads.isUnwanted(fresh));
    }

    /** Clusters that a node came to or left. */
    private static Set<String> clustersOfNode(Change<?> change) {
        Set<String> names = new LinkedHashSet<>();
        List<Node> sides =
                change.sides().stream().map(side -> (Node) side.value()).toList();
        boolean isSame = sides.size() == 2
                && sides.getFirst().getAdministration() == sides.getLast().getAdministration()
                && sides.getFirst()
                        .getInfo()
                        .getCluster()
                        .equals(sides.getLast().getInfo().getCluster());
        if (!isSame) {
            sides.forEach(node -> names.add(node.getInfo().getCluster()));
        }
        return names;
    }

    @SuppressWarnings("unchecked") // The value was looked at, and the key is of the same kind.
    private static <T extends Message> Optional<Versioned<T>> record(@Nullable Versioned<?> record, Class<T> type) {
        return record == null
                ? Optional.empty()
                : Optional.of(new Versioned<>((Key<T>) record.key(), type.cast(record.value()), record.revision()));
    }
}
