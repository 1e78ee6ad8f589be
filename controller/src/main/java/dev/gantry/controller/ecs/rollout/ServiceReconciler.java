package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Administration;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Node;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Kind;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts and stops the tasks of ECS services, or of managed daemons, and keeps their deployments and events. */
public final class ServiceReconciler implements Reconciler<EcsService> {

    private final Kind<EcsService> kind;
    private final DaemonNews daemons;
    private final Surroundings surroundings;
    private final RolloutSettings settings;

    public ServiceReconciler(TaskFactory tasks, RolloutSettings settings) {
        this(Surroundings.of(tasks), settings);
    }

    public ServiceReconciler(Surroundings surroundings, RolloutSettings settings) {
        this(Kinds.ECS_SERVICE, surroundings, settings);
    }

    private ServiceReconciler(Kind<EcsService> kind, Surroundings surroundings, RolloutSettings settings) {
        this.kind = kind;
        this.daemons = new DaemonNews(kind);
        this.surroundings = surroundings;
        this.settings = settings;
    }

    /** The one of managed daemons. */
    public static ServiceReconciler ofDaemons(TaskFactory tasks, RolloutSettings settings) {
        return new ServiceReconciler(Kinds.ECS_DAEMON, Surroundings.of(tasks), settings);
    }

    @Override
    public String name() {
        return kind.name();
    }

    @Override
    public Collection<Key<EcsService>> all(Snapshot snapshot) {
        return snapshot.list(kind).stream()
                .filter(service -> service.value().getStatus() != EcsService.Status.INACTIVE)
                .map(Versioned::key)
                .toList();
    }

    @Override
    public Collection<Key<EcsService>> wokenBy(Change<?> change, Snapshot snapshot) {
        Key<?> key = change.key();
        if (key.kind().equals(kind)) {
            return List.of(kind.key(key.scope(), key.name()));
        }
        if (key.kind().equals(Kinds.ECS_SERVICE_DEPLOYMENT)) {
            return service(kind.name() + "/" + key.scope()).stream().toList();
        }
        if (key.kind().equals(Kinds.WORKLOAD)) {
            Set<Key<EcsService>> owners = new LinkedHashSet<>();
            Stream.of(owner(change.before()), owner(change.after()))
                    .flatMap(Optional::stream)
                    .forEach(owners::add);
            owners.addAll(daemons.wokenBy(change, snapshot));
            return owners;
        }
        if (!key.kind().equals(Kinds.NODE)) {
            return List.of();
        }
        Set<Key<EcsService>> owners = new LinkedHashSet<>(daemons.wokenBy(change, snapshot));
        if (kind.equals(Kinds.ECS_SERVICE)) {
            owners.addAll(ZoneNews.wokenBy(change, snapshot));
        }
        if (administration(change.before()) != administration(change.after())) {
            snapshot.find(Kinds.LIVE_WORKLOADS_BY_NODE, key.name())
                    .forEach(task -> service(task.value().getOwner()).ifPresent(owners::add));
        }
        return owners;
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<EcsService> key, Instant now) {
        return snapshot.get(key)
                .filter(service -> service.value().getStatus() != EcsService.Status.INACTIVE)
                .map(service -> new ServicePass(snapshot, service, surroundings, settings, now).decide())
                .orElseGet(Outcome::nothing);
    }

    private Optional<Key<EcsService>> owner(@Nullable Versioned<?> workload) {
        return workload != null && workload.value() instanceof Workload task
                ? service(task.getOwner())
                : Optional.empty();
    }

    private static Administration administration(@Nullable Versioned<?> node) {
        return node != null && node.value() instanceof Node found
                ? found.getAdministration()
                : Administration.DEREGISTERED;
    }

    /** The service that a workload names as its owner, if that is one. */
    private Optional<Key<EcsService>> service(String owner) {
        String prefix = kind.name() + "/";
        int name = owner.lastIndexOf('/');
        return owner.startsWith(prefix) && name >= prefix.length() && name + 1 < owner.length()
                ? Optional.of(kind.key(owner.substring(prefix.length(), name), owner.substring(name + 1)))
                : Optional.empty();
    }
}
