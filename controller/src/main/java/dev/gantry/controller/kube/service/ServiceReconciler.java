package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.owner.ChildNames;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.kube.owner.Removals;
import dev.gantry.controller.kube.registry.ServiceClaims;
import dev.gantry.controller.kube.service.EndpointDocuments.Content;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds what is behind each service, and says so to clients in EndpointSlices and Endpoints, and to nodes in a route. */
public final class ServiceReconciler implements Reconciler<KubeObject> {

    static final ResourceName ENDPOINTS = ResourceName.core("endpoints");
    static final ResourceName SLICES = new ResourceName("discovery.k8s.io", "endpointslices");

    private static final String OF_PODS = "endpointslice-controller.k8s.io";
    private static final String OF_ENDPOINTS = "endpointslicemirroring-controller.k8s.io";
    private static final String UNMIRRORED = "endpointslice.kubernetes.io/skip-mirror";
    private static final ResourceType ENDPOINTS_TYPE =
            ResourceTypes.builtIn().find(ENDPOINTS).orElseThrow();
    private static final ResourceType SLICE_TYPE =
            ResourceTypes.builtIn().find(SLICES).orElseThrow();

    @Override
    public String name() {
        return "kube-services";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>(KubeDocument.keys(snapshot, ServiceClaims.SERVICES));
        // A service may be gone and its route not yet.
        snapshot.list(Kinds.SERVICE_ROUTE).forEach(route -> keys.add(service(route.value())));
        return keys;
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.WORKLOAD)) {
            return byPod(change, snapshot);
        }
        if (!change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return List.of();
        }
        ObjectName name = ObjectName.of(change.key());
        if (name.resource().equals(ServiceClaims.SERVICES)) {
            return List.of(name.key());
        }
        if (name.resource().equals(ENDPOINTS)) {
            return List.of(name.beside(ServiceClaims.SERVICES, name.name()).key());
        }
        return name.resource().equals(SLICES) ? bySlice(change, name) : List.of();
    }

    private static Collection<Key<KubeObject>> bySlice(Change<?> change, ObjectName name) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>();
        for (Versioned<?> side : change.sides()) {
            if (side.value() instanceof KubeObject object) {
                String service = Json.object(object.getJson())
                        .path("metadata")
                        .path("labels")
                        .path(EndpointDocuments.OF_SERVICE)
                        .asText();
                if (!service.isEmpty()) {
                    keys.add(name.beside(ServiceClaims.SERVICES, service).key());
                }
            }
        }
        return keys;
    }

    private static Collection<Key<KubeObject>> byPod(Change<?> change, Snapshot snapshot) {
        Optional<PodDocument> before = PodDocument.ofAny(change.before());
        Optional<PodDocument> after = PodDocument.ofAny(change.after());
        if (before.map(Standing::of).equals(after.map(Standing::of))) {
            return List.of();
        }
        ObjectName pod = after.or(() -> before).orElseThrow().name();
        List<KubeDocument> services =
                KubeDocument.list(snapshot, pod.cluster(), ServiceClaims.SERVICES, pod.namespace());
        return services.stream()
                .filter(service -> selects(service, before) || selects(service, after))
                .map(service -> service.record().key())
                .toList();
    }

    private static boolean selects(KubeDocument service, Optional<PodDocument> pod) {
        return pod.filter(found -> Endpoints.selects(service, found.labels())).isPresent();
    }

    /** What a service asks of a pod. */
    private record Standing(
            Map<String, String> labels,
            List<String> addresses,
            String node,
            boolean ready,
            boolean deleted,
            boolean over) {

        static Standing of(PodDocument pod) {
            return new Standing(
                    pod.labels(),
                    List.copyOf(pod.record().value().getObserved().getAddressesList()),
                    pod.record().value().getPlacement().getNode(),
                    pod.isReady(),
                    pod.isDeleted(),
                    pod.isOver());
        }
    }

    static Key<KubeObject> service(ServiceRoute route) {
        return new ObjectName(route.getCluster(), ServiceClaims.SERVICES, route.getNamespace(), route.getName()).key();
    }

    static Key<ServiceRoute> route(ObjectName service) {
        return Kinds.SERVICE_ROUTE.key(service.cluster() + "/" + service.namespace(), service.name());
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<KubeDocument> service = snapshot.get(key).map(KubeDocument::of);
        return service.isEmpty() ? gone(snapshot, ObjectName.of(key)) : told(snapshot, service.get(), now);
    }

    /** Slices have the service as their owner and go with it. */
    private static Outcome gone(Snapshot snapshot, ObjectName service) {
        Optional<Versioned<ServiceRoute>> route = snapshot.get(route(service));
        if (route.isEmpty()) {
            return Outcome.nothing();
        }
        Transaction.Builder writes = Transaction.builder().guardAbsent(service.key());
        writes.delete(route.get());
        snapshot.get(service.beside(ENDPOINTS, service.name()).key()).ifPresent(writes::delete);
        return Outcome.write(writes.build());
    }

    private static Outcome told(Snapshot snapshot, KubeDocument service, Instant now) {
        OwnerPass pass = new OwnerPass(snapshot, service, now);
        boolean isOtherName = service.spec().path("type").asText().equals("ExternalName");
        Optional<KubeDocument> endpoints = KubeDocument.find(
                snapshot, service.name().beside(ENDPOINTS, service.name().name()));
        List<EndpointGroup> groups;
        if (isOtherName) {
            groups = List.of();
            slices(snapshot, service, pass, OF_PODS, List.of());
        } else if (Endpoints.selector(service).isEmpty()) {
            List<EndpointGroup> declared = endpoints
                    .filter(found ->
                            !found.meta().labels().getOrDefault(UNMIRRORED, "").equals("true"))
                    .map(found -> Endpoints.ofSubsets(found.json()))
                    .orElse(List.of());
            slices(
                    snapshot,
                    service,
                    pass,
                    OF_ENDPOINTS,
                    declared.isEmpty() ? List.of() : EndpointDocuments.contents(declared));
            groups = new ArrayList<>(declared);
            foreign(snapshot, service).forEach(groups::add);
        } else {
            groups = Endpoints.ofPods(snapshot, service);
            slices(snapshot, service, pass, OF_PODS, EndpointDocuments.contents(groups));
            endpoints(pass, service, endpoints, groups);
        }
        pass.keep(route(service.name()), RouteCompiler.compile(service, groups, Entrances.of(snapshot, service)));
        return pass.outcomeWithoutOwner();
    }

    /** Brings the Endpoints of a service to what is behind it. */
    static void endpoints(
            OwnerPass pass, KubeDocument service, Optional<KubeDocument> before, List<EndpointGroup> groups) {
        if (before.isPresent()) {
            ObjectNode after = EndpointDocuments.endpoints(before.get().json().deepCopy(), service, groups);
            pass.update(ENDPOINTS_TYPE, before.get(), after);
        } else if (pass.canCreate()) {
            pass.createBeside(
                    ENDPOINTS_TYPE, service.name().name(), EndpointDocuments.endpoints(Json.object(), service, groups));
        }
    }

    /** Brings the slices that were written here to what they are to say; those that are left over go. */
    private static void slices(
            Snapshot snapshot, KubeDocument service, OwnerPass pass, String managedBy, List<Content> contents) {
        List<KubeDocument> own = Ownership.managed(snapshot, service, SLICES)
                .filter(slice -> List.of(OF_PODS, OF_ENDPOINTS).contains(managedBy(slice)))
                .toList();
        for (int i = 0; i < contents.size() && pass.hasRoom(); i++) {
            Content content = contents.get(i);
            if (i < own.size()) {
                ObjectNode after = EndpointDocuments.slice(own.get(i).json().deepCopy(), service, managedBy, content);
                pass.update(SLICE_TYPE, own.get(i), after);
            } else if (pass.canCreate()) {
                ObjectNode slice = EndpointDocuments.slice(Json.object(), service, managedBy, content);
                Ownership.add(slice, service);
                pass.createBeside(SLICE_TYPE, freeName(snapshot, service, i), slice);
            }
        }
        own.stream()
                .skip(contents.size())
                .forEach(slice -> pass.removals().delete(slice, Removals.Propagation.BACKGROUND));
    }

    private static String freeName(Snapshot snapshot, KubeDocument service, int index) {
        String prefix = service.name().name() + "-";
        for (long attempt = index; ; attempt += Integer.MAX_VALUE) {
            String name = ChildNames.generated(prefix, service.meta().uid(), attempt);
            if (snapshot.get(service.name().beside(SLICES, name).key()).isEmpty()) {
                return name;
            }
        }
    }

    /** Slices that somebody else wrote for the service. */
    private static List<EndpointGroup> foreign(Snapshot snapshot, KubeDocument service) {
        return KubeDocument.list(
                        snapshot,
                        service.name().cluster(),
                        SLICES,
                        service.name().namespace())
                .stream()
                .filter(slice ->
                        service.name().name().equals(slice.meta().labels().get(EndpointDocuments.OF_SERVICE))
                                && !Ownership.manages(service, slice.meta()))
                .flatMap(slice -> Endpoints.ofSlice(slice.json()).stream())
                .toList();
    }

    private static String managedBy(KubeDocument slice) {
        return slice.meta().labels().getOrDefault(EndpointDocuments.MANAGED_BY, "");
    }
}
