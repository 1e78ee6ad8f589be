package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.ApiService;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.registry.Draft;
import dev.gantry.controller.kube.registry.Namespaces;
import dev.gantry.controller.kube.type.ResourceType;
import dev.gantry.controller.kube.type.ResourceTypes;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ControllerEntry;
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
    private static final ResourceType TYPE =
            ResourceTypes.described().find(ServiceReconciler.ENDPOINTS).orElseThrow();

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
        Optional<KubeDocument> before = KubeDocument.find(snapshot, ENDPOINTS);
        ObjectNode after = before.map(found -> found.json().deepCopy()).orElseGet(Json::object);
        after.set("subsets", subsets(snapshot));
        if (before.isPresent()) {
            pass.update(TYPE, before.get(), after);
        } else if (pass.canCreate()) {
            pass.createBeside(TYPE, ENDPOINTS.name(), after);
        }
        return pass.outcomeWithoutOwner();
    }

    /** Is refused, and tried again later, while another service has its address. */
    private Outcome made(Snapshot snapshot, Instant now) {
        Draft draft = new Draft(snapshot, Transaction.builder(), now);
        ObjectNode _ = creation.write(draft, ApiService.NAME, Namespaces.apiService());
        return Outcome.write(draft.writes().build());
    }

    /** One for each port. */
    private static ArrayNode subsets(Snapshot snapshot) {
        SortedMap<Integer, SortedSet<String>> byPort = new TreeMap<>();
        snapshot.list(Kinds.CONTROLLER).stream()
                .map(entry -> entry.value())
                .map(ControllerEntry::getKubeAddress)
                .filter(address -> !address.isEmpty())
                .forEach(address -> {
                    int colon = address.lastIndexOf(':');
                    byPort.computeIfAbsent(Integer.parseInt(address.substring(colon + 1)), _ -> new TreeSet<>())
                            .add(address.substring(0, colon));
                });
        ArrayNode subsets = Json.object().putArray("subsets");
        byPort.forEach((port, addresses) -> {
            ObjectNode subset = subsets.addObject();
            ArrayNode ready = subset.putArray("addresses");
            addresses.forEach(address -> ready.addObject().put("ip", address));
            subset.putArray("ports")
                    .addObject()
                    .put("name", ApiService.PORT_NAME)
                    .put("port", port)
                    .put("protocol", "TCP");
        });
        return subsets;
    }
}
