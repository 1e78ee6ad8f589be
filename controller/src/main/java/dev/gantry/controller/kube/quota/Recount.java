package dev.gantry.controller.kube.quota;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.quantity.Amounts;
import dev.gantry.controller.kube.quantity.Quantity;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Snapshot;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Counts what is used of quotas: numbers of objects by their index, and all else from the objects that say it. */
record Recount(Snapshot snapshot, PodCharges pods, Instant now) {

    /** Exactly what the quota limits, with zeros. */
    Amounts used(Quota quota) {
        ObjectName of = quota.document().name();
        Map<ResourceName, Amounts> read = new HashMap<>();
        Amounts ofPods = isAboutPods(quota) ? ofPods(of, quota.scopes()) : Amounts.NONE;
        Amounts used = Amounts.NONE;
        for (String resource : quota.hard().byName().keySet()) {
            Quantity amount = Quantity.ZERO;
            if (PodCharge.isOfPods(resource)) {
                amount = ofPods.get(resource);
            } else if (quota.scopes().coversAll()) {
                Optional<ResourceName> source = Charges.readFrom(resource);
                amount = source.map(name ->
                                read.computeIfAbsent(name, _ -> sum(of, name)).get(resource))
                        .orElseGet(() -> count(of, resource));
            }
            used = used.with(resource, amount);
        }
        return used;
    }

    /** When a pod will be charged no longer although nothing changes. */
    Optional<Instant> next(Quota quota) {
        if (!isAboutPods(quota)) {
            return Optional.empty();
        }
        ObjectName of = quota.document().name();
        return pods.of(snapshot, of.cluster(), of.namespace()).stream()
                .filter(pod -> !pod.isOver())
                .flatMap(pod -> pod.charge().until().stream())
                .filter(until -> !now.isAfter(until))
                .min(Instant::compareTo);
    }

    private static boolean isAboutPods(Quota quota) {
        return quota.hard().byName().keySet().stream().anyMatch(PodCharge::isOfPods);
    }

    private Amounts ofPods(ObjectName of, Scopes scopes) {
        Amounts sum = Amounts.NONE;
        for (PodCharges.Charged pod : pods.of(snapshot, of.cluster(), of.namespace())) {
            if (scopes.covers(pod.charge())) {
                sum = sum.plus(pod.charge().at(now, pod.isOver()));
            }
        }
        return sum;
    }

    private Amounts sum(ObjectName of, ResourceName resource) {
        Amounts sum = Amounts.NONE;
        for (KubeDocument object : KubeDocument.list(snapshot, of.cluster(), resource, of.namespace())) {
            sum = sum.plus(Charges.of(object.name(), object.json()));
        }
        return sum;
    }

    private Quantity count(ObjectName of, String resource) {
        return Charges.counted(resource)
                .map(name -> ObjectName.scope(of.cluster(), name, of.namespace()))
                .map(scope ->
                        Quantity.of(snapshot.list(Kinds.KUBE_OBJECT, scope).size()))
                .orElse(Quantity.ZERO);
    }
}
