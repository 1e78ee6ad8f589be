package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.ApiService;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Draft;
import dev.gantry.controller.kube.registry.Namespaces;
import dev.gantry.controller.kube.service.EndpointGroup.Endpoint;
import dev.gantry.controller.kube.service.EndpointGroup.Port;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Keeps the service {@code kubernetes}, which the pods that there are go on asking for whatever somebody deletes, and says in its Endpoints which
 * controllers serve the API.
 */
public final class ApiServiceReconciler implements Reconciler<KubeObject> {

    private static final ObjectName ENDPOINTS =
            ApiService.NAME.beside(ServiceReconciler.ENDPOINTS, ApiService.NAME.name());

    private final Creation creation;

    public ApiServiceReconciler(Creation creation) {
        this.creation = creation;
    }

    @Override
    public String name() {
        return "kube-api-service";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        return List.of(ENDPOINTS.key());
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        boolean isOurs = change.key().kind().equals(Kinds.CONTROLLER)
                || change.key().equals(ENDPOINTS.key())
                || change.key().equals(ApiService.NAME.key());
        return isOurs ? List.of(ENDPOINTS.key()) : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<KubeDocument> service = KubeDocument.find(snapshot, ApiService.NAME);
        if (service.isEmpty()) {
            return made(snapshot, now);
        }
        OwnerPass pass = new OwnerPass(snapshot, service.get(), now);
        ServiceReconciler.endpoints(pass, service.get(), KubeDocument.find(snapshot, ENDPOINTS), controllers(snapshot));
        return pass.outcomeWithoutOwner();
    }

    /** Is refused, and tried again later, while another service has its address. */
    private Outcome made(Snapshot snapshot, Instant now) {
        Draft draft = new Draft(snapshot, Transaction.builder(), now);
        ObjectNode _ = creation.write(draft, ApiService.NAME, Namespaces.apiService());
        return Outcome.write(draft.writes().build());
    }

    /** Those that serve at the same port together. */
    private static List<EndpointGroup> controllers(Snapshot snapshot) {
        SortedMap<Integer, SortedSet<String>> byPort = new TreeMap<>();
        snapshot.list(Kinds.CONTROLLER).stream()
                .map(entry -> entry.value().getKubeAddress())
                .filter(address -> !address.isEmpty())
                .forEach(address -> {
                    int colon = address.lastIndexOf(':');
                    byPort.computeIfAbsent(Integer.parseInt(address.substring(colon + 1)), _ -> new TreeSet<>())
                            .add(address.substring(0, colon));
                });
        return byPort.entrySet().stream()
                .map(group -> new EndpointGroup(
                        List.of(new Port(ApiService.PORT_NAME, "TCP", group.getKey(), "")),
                        group.getValue().stream()
                                .map(ApiServiceReconciler::endpoint)
                                .toList()))
                .toList();
    }

    private static Endpoint endpoint(String address) {
        return new Endpoint(address, "", "", "", Optional.empty(), true, true, false);
    }
}
