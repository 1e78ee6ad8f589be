package dev.gantry.controller.kube.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.access.ServiceAccountAdmission;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.ingressclass.IngressClasses;
import dev.gantry.controller.kube.limit.LimitRanges;
import dev.gantry.controller.kube.priority.PriorityClasses;
import dev.gantry.controller.kube.quota.Bill;
import dev.gantry.controller.kube.quota.Quota;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Admits the objects of one transaction: first each is completed, then validated elsewhere, then admitted; at last what that costs is
 * written. The transaction must guard the namespaces in which it creates objects.
 */
public final class Admission {

    private static final Set<ResourceName> LIMITED = Set.of(ResourceName.PODS, VolumeNames.CLAIMS);

    /** A transaction has to write all that are concerned. */
    private static final int QUOTAS_MAX = 32;

    private final Snapshot image;
    private final Instant now;
    private final boolean countsAnew;
    private final Map<ObjectName, Bill> bills = new LinkedHashMap<>();
    private final Set<ObjectName> withNewQuotas = new LinkedHashSet<>();
    private final Set<ObjectName> withChanges = new LinkedHashSet<>();

    private Admission(Snapshot image, Instant now, boolean countsAnew) {
        this.image = image;
        this.now = now;
        this.countsAnew = countsAnew;
    }

    /** For somebody who may have made room a moment ago, and gives up when he is refused. */
    public static Admission ofRequest(Snapshot image, Instant now) {
        return new Admission(image, now, true);
    }

    /** For a planner, who is woken when there is room, see {@link Relief}. */
    public static Admission ofPlanner(Snapshot image, Instant now) {
        return new Admission(image, now, false);
    }

    /**
     * Adds to a new object what it gets from others in its namespace and its cluster.
     *
     * @throws KubeRefusal when what it needs of them is not there
     */
    public void complete(ObjectName name, ObjectNode object) {
        if (name.resource().equals(ResourceName.PODS)) {
            PriorityClasses.complete(image, name, object);
            limits(name).complete(object);
            ServiceAccountAdmission.admit(image, name.cluster(), object);
        }
        if (name.resource().equals(IngressClasses.INGRESSES)) {
            IngressClasses.complete(image, name, object);
        }
    }

    /** Takes out of a changed object what it does not know any longer. */
    public void completeChange(ObjectName name, ObjectNode before, ObjectNode after) {
        if (name.resource().equals(Quota.RESOURCE)) {
            Quota.forget(before, after);
        }
    }

    /**
     * Admits a new object.
     *
     * @throws KubeRefusal when it must not be
     */
    public void admit(ObjectName name, ObjectNode object) {
        if (name.namespace().isEmpty()) {
            PriorityClasses.check(image, name, object);
            return;
        }
        if (LIMITED.contains(name.resource())) {
            limits(name).check(name, object);
        }
        if (name.resource().equals(Quota.RESOURCE)) {
            admitQuota(name);
        }
        bill(name).charge(name, object);
    }

    /** Admits an object that must be because of others that were admitted. */
    public void admitDependent(ObjectName name, ObjectNode object) {
        bill(name).note(name, object);
    }

    /**
     * Admits a change.
     *
     * @throws KubeRefusal when it must not be
     */
    public void admitChange(ObjectName name, ObjectNode before, ObjectNode after) {
        PriorityClasses.check(image, name, after);
        if (!Bill.mayGrow(name.resource()) || before.path("spec").equals(after.path("spec"))) {
            return;
        }
        boolean asksForOther =
                !before.path("spec").path("resources").equals(after.path("spec").path("resources"));
        if (LIMITED.contains(name.resource()) && asksForOther) {
            limits(name).check(name, after);
        }
        bill(name).charge(name, after, Optional.of(before));
        withChanges.add(namespace(name));
    }

    /** How many records {@link #writeTo} may add. */
    public int size() {
        return bills.values().stream().mapToInt(Bill::size).sum();
    }

    /** Writes what quotas say now, and what makes sure that all of them were asked. */
    public void writeTo(Transaction.Builder writes) {
        bills.values().forEach(bill -> bill.writeTo(writes));
        withChanges.forEach(namespace -> record(namespace).ifPresent(writes::guard));
        // Who creates something in the namespace and does not know of the new quota is to decide anew.
        withNewQuotas.forEach(
                namespace -> record(namespace).ifPresent(record -> writes.update(record, record.value())));
    }

    private void admitQuota(ObjectName name) {
        if (bill(name).size() >= QUOTAS_MAX) {
            throw KubeRefusal.forbidden(
                    name.resource(), name.name(), "a namespace has at most " + QUOTAS_MAX + " quotas here");
        }
        withNewQuotas.add(namespace(name));
    }

    private LimitRanges limits(ObjectName name) {
        return LimitRanges.of(image, name.cluster(), name.namespace());
    }

    private Bill bill(ObjectName name) {
        return bills.computeIfAbsent(
                namespace(name), _ -> new Bill(image, name.cluster(), name.namespace(), now, countsAnew));
    }

    private Optional<Versioned<KubeObject>> record(ObjectName namespace) {
        return image.get(namespace.key());
    }

    private static ObjectName namespace(ObjectName inside) {
        return new ObjectName(inside.cluster(), ResourceName.NAMESPACES, "", inside.namespace());
    }
}
