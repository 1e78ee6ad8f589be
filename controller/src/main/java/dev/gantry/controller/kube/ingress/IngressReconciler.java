package dev.gantry.controller.kube.ingress;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.ingress.IngressCompiler.Compiled;
import dev.gantry.controller.kube.ingressclass.IngressClasses;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.IngressRoute;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Says of each ingress to nodes what they are to do, and to clients which nodes do it. Ingresses of other controllers are theirs. */
public final class IngressReconciler implements Reconciler<KubeObject> {

    @Override
    public String name() {
        return "kube-ingresses";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>(served(snapshot));
        keys.addAll(KubeDocument.keys(snapshot, IngressClasses.INGRESSES));
        return keys;
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.NODE)) {
            return ServingNodes.isConcerned(change) ? served(snapshot) : List.of();
        }
        if (!change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return List.of();
        }
        ObjectName name = ObjectName.of(change.key());
        if (name.resource().equals(IngressClasses.INGRESSES)) {
            return List.of(name.key());
        }
        if (name.resource().equals(IngressClasses.RESOURCE)) {
            return KubeDocument.keys(snapshot, name.cluster(), IngressClasses.INGRESSES);
        }
        return name.resource().equals(IngressCompiler.SECRETS) ? bySecret(snapshot, name) : List.of();
    }

    private static List<Key<KubeObject>> bySecret(Snapshot snapshot, ObjectName secret) {
        return KubeDocument.list(snapshot, secret.cluster(), IngressClasses.INGRESSES, secret.namespace()).stream()
                .filter(ingress -> IngressCompiler.secrets(ingress).contains(secret.name()))
                .map(ingress -> ingress.record().key())
                .toList();
    }

    /** Those that nodes know of, also when they are gone. */
    private static List<Key<KubeObject>> served(Snapshot snapshot) {
        return snapshot.list(Kinds.INGRESS_ROUTE).stream()
                .map(Versioned::value)
                .map(route -> new ObjectName(
                                route.getCluster(), IngressClasses.INGRESSES, route.getNamespace(), route.getName())
                        .key())
                .toList();
    }

    private static Key<IngressRoute> route(ObjectName ingress) {
        return Kinds.INGRESS_ROUTE.key(ingress.cluster() + "/" + ingress.namespace(), ingress.name());
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<KubeDocument> ingress = snapshot.get(key).map(KubeDocument::of);
        Optional<Versioned<IngressRoute>> route = snapshot.get(route(ObjectName.of(key)));
        if (ingress.filter(found -> IngressClasses.isServed(snapshot, found)).isPresent()) {
            return told(snapshot, ingress.get(), route, now);
        }
        return route.isPresent() ? withdrawn(ObjectName.of(key), ingress, route.get()) : Outcome.nothing();
    }

    private static Outcome told(
            Snapshot snapshot, KubeDocument ingress, Optional<Versioned<IngressRoute>> before, Instant now) {
        OwnerPass pass = new OwnerPass(snapshot, ingress, now);
        Compiled compiled = IngressCompiler.compile(snapshot, ingress);
        pass.keep(route(ingress.name()), compiled.route());
        boolean isNews =
                before.filter(record -> record.value().equals(compiled.route())).isEmpty();
        if (isNews) {
            compiled.complaints().forEach(complaint -> pass.warn("CertificateMissing", complaint));
        }
        ArrayNode addresses =
                pass.json().withObject("/status").withObject("/loadBalancer").putArray("ingress");
        ServingNodes.addresses(snapshot)
                .forEach(address -> addresses.addObject().put("ip", address));
        if (addresses.isEmpty()) {
            pass.json().withObject("/status").putObject("loadBalancer");
        }
        return pass.outcome();
    }

    /** Nodes forget it; what clients were told of them is for whoever serves it now. */
    private static Outcome withdrawn(ObjectName name, Optional<KubeDocument> ingress, Versioned<IngressRoute> route) {
        Transaction.Builder writes = Transaction.builder().delete(route);
        if (ingress.isEmpty()) {
            return Outcome.write(writes.guardAbsent(name.key()).build());
        }
        ObjectNode json = ingress.get().json().deepCopy();
        json.withObject("/status").putObject("loadBalancer");
        Versioned<KubeObject> record = ingress.get().record();
        return Outcome.write(
                writes.update(record, KubeDocument.stored(json, record.value())).build());
    }
}
