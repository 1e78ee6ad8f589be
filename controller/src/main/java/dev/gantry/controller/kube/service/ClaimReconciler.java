package dev.gantry.controller.kube.service;

import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.registry.ServiceClaims;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.NetworkClaim;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Takes out claims to addresses and ports that their services do not hold any longer. */
public final class ClaimReconciler implements Reconciler<NetworkClaim> {

    @Override
    public String name() {
        return "kube-network-claims";
    }

    @Override
    public Collection<Key<NetworkClaim>> all(Snapshot snapshot) {
        return ServiceClaims.SCOPES.stream()
                .flatMap(scope -> snapshot.list(Kinds.NETWORK_CLAIM, scope).stream())
                .map(Versioned::key)
                .toList();
    }

    @Override
    public Collection<Key<NetworkClaim>> wokenBy(Change<?> change, Snapshot snapshot) {
        boolean isService = change.key().kind().equals(Kinds.KUBE_OBJECT)
                && ObjectName.of(change.key()).resource().equals(ServiceClaims.SERVICES);
        return isService && change.before() != null && change.before().value() instanceof KubeObject before
                ? ServiceClaims.of(Json.object(before.getJson()))
                : List.of();
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<NetworkClaim> key, Instant now) {
        Optional<Versioned<NetworkClaim>> claim = snapshot.get(key);
        if (claim.isEmpty() || ServiceClaims.holder(snapshot, claim.get()).isPresent()) {
            return Outcome.nothing();
        }
        Key<KubeObject> service = ServiceClaims.name(claim.get()).key();
        Transaction.Builder writes = Transaction.builder().delete(claim.get());
        snapshot.get(service).ifPresentOrElse(writes::guard, () -> writes.guardAbsent(service));
        return Outcome.write(writes.build());
    }
}
