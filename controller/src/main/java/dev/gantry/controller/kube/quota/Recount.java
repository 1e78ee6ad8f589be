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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Counts what is used of quotas: numbers of objects by their index, and all else from the objects that say it. */
record Recount(Snapshot snapshot, PodCharges charges, Instant now) {

    /** The pods that the quota may charge for; none where it is about something else. */
    List<PodCharges.Charged> pods(Quota quota) {
        boolean isAboutPods = quota.hard().byName().keySet().stream().anyMatch(PodCharge::isOfPods);
        ObjectName of = quota.document().name();
        return isAboutPods ? charges.of(snapshot, of.cluster(), of.namespace()) : List.of();
    }

    /**
     * Exactly what the quota limits, with zeros.
     *
     * @param charged its pods
     */
    Amounts used(Quota quota, List<PodCharges.Charged> charged) {
        ObjectName of = quota.document().name();
        Map<ResourceName, Amounts> read = new HashMap<>();
        Amounts ofPods = ofPods(charged, quota.scopes());
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

    /** When one of the pods will be charged no longer although nothing changes. */
    Optional<Instant> next(List<PodCharges.Charged> charged) {
        return charged.stream()
                .filter(pod -> !pod.isOver())
                .flatMap(pod -> pod.charge().until().stream())
                .filter(until -> !now.isAfter(until))
                .min(Instant::compareTo);
    }

    private Amounts ofPods(List<PodCharges.Charged> charged, Scopes scopes) {
        Amounts sum = Amounts.NONE;
        for (PodCharges.Charged pod : charged) {
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
