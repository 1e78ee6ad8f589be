package dev.gantry.controller.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.quantity.Amounts;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What one transaction adds to the quotas of a namespace. Each object is charged to all of them or to none. */
public final class Bill {

    private final Instant now;
    private final List<Account> accounts;

    /**
     * @param countsAnew whether it counts before it refuses: of what went away a quota may not know yet. Those who are woken when a
     *     quota has learned of it need not have it counted
     */
    public Bill(Snapshot image, String cluster, String namespace, Instant now, boolean countsAnew) {
        this.now = now;
        Recount recount = new Recount(image, new PodCharges(), now);
        this.accounts = Quota.list(image, cluster, namespace).stream()
                .map(quota -> new Account(quota, recount, countsAnew))
                .toList();
    }

    /** Whether what objects of the resource are charged can grow while they are there. */
    public static boolean mayGrow(ResourceName resource) {
        return resource.equals(Charges.SERVICES) || resource.equals(VolumeNames.CLAIMS);
    }

    /** How many quotas it may have to write. */
    public int size() {
        return accounts.size();
    }

    /**
     * Charges a new object.
     *
     * @throws KubeRefusal when a quota has no room for it
     */
    public void charge(ObjectName name, JsonNode object) {
        charge(name, object, Optional.empty());
    }

    /**
     * Charges what an object becomes beyond what it was.
     *
     * @throws KubeRefusal when a quota has no room for it
     */
    public void charge(ObjectName name, JsonNode object, Optional<JsonNode> before) {
        List<Entry> entries = entries(name, object, before);
        entries.forEach(entry -> entry.account().check(name, entry.amounts()));
        entries.forEach(entry -> entry.account().add(entry.amounts()));
    }

    /** Charges an object that must be because of others that were admitted. */
    public void note(ObjectName name, JsonNode object) {
        entries(name, object, Optional.empty()).forEach(entry -> entry.account().add(entry.amounts()));
    }

    /** Writes what is used now. */
    public void writeTo(Transaction.Builder writes) {
        accounts.forEach(account -> account.writeTo(writes));
    }

    private record Entry(Account account, Amounts amounts) {}

    private List<Entry> entries(ObjectName name, JsonNode object, Optional<JsonNode> before) {
        if (accounts.isEmpty()) {
            return List.of();
        }
        return name.resource().equals(ResourceName.PODS) ? ofPod(name, object) : ofOther(name, object, before);
    }

    /** A pod costs the same as long as it is there. */
    private List<Entry> ofPod(ObjectName name, JsonNode object) {
        PodCharge pod = PodCharge.of(object);
        List<Account> concerned = accounts.stream()
                .filter(account -> account.quota().scopes().covers(pod))
                .toList();
        concerned.forEach(account -> account.requireSaid(name, object));
        return concerned.stream()
                .map(account -> account.entry(pod.at(now, false)))
                .toList();
    }

    private List<Entry> ofOther(ObjectName name, JsonNode object, Optional<JsonNode> before) {
        Amounts amounts = Charges.of(name, object)
                .beyond(before.map(old -> Charges.of(name, old)).orElse(Amounts.NONE));
        return accounts.stream()
                .filter(account -> account.quota().scopes().coversAll())
                .map(account -> account.entry(amounts))
                .toList();
    }

    /** One quota, and what was added to it so far. */
    private static final class Account {

        private final Quota quota;
        private final Recount recount;
        private final boolean countsAnew;
        private Amounts used;
        private Amounts added = Amounts.NONE;
        private boolean isCounted;

        Account(Quota quota, Recount recount, boolean countsAnew) {
            this.quota = quota;
            this.recount = recount;
            this.countsAnew = countsAnew;
            this.used = quota.used().only(quota::limits);
        }

        Quota quota() {
            return quota;
        }

        /** What it limits of the amounts. */
        Entry entry(Amounts amounts) {
            return new Entry(this, amounts.only(quota::limits).withoutZeros());
        }

        /** A quota of what containers need wants each of them to say so. */
        void requireSaid(ObjectName name, JsonNode pod) {
            PodCharge.unsaid(pod.path("spec"), quota.hard()).ifPresent(unsaid -> {
                throw KubeRefusal.forbidden(
                        name.resource(), name.name(), "failed quota: " + quota.name() + ": " + unsaid);
            });
        }

        void check(ObjectName name, Amounts asked) {
            boolean isKnown = asked.byName().keySet().stream()
                    .allMatch(resource -> used.find(resource).isPresent());
            if (!isKnown || (countsAnew && !exceeded(asked).isEmpty())) {
                count();
            }
            Amounts exceeded = exceeded(asked);
            if (!exceeded.isEmpty()) {
                Amounts total = used.plus(added);
                throw KubeRefusal.forbidden(
                        name.resource(),
                        name.name(),
                        "exceeded quota: " + quota.name() + ", requested: " + exceeded + ", used: "
                                + of(total, exceeded) + ", limited: " + of(quota.hard(), exceeded));
            }
        }

        void add(Amounts asked) {
            added = added.plus(asked);
        }

        void writeTo(Transaction.Builder writes) {
            if (added.isEmpty()) {
                return;
            }
            boolean isComplete = quota.hard().byName().keySet().stream()
                    .allMatch(resource -> used.find(resource).isPresent());
            if (!isComplete) {
                count();
            }
            quota.charge(writes, used.plus(added));
        }

        private Amounts exceeded(Amounts asked) {
            Amounts total = used.plus(added).plus(asked);
            return asked.only(
                    resource -> total.get(resource).exceeds(quota.hard().get(resource)));
        }

        private static Amounts of(Amounts amounts, Amounts names) {
            Amounts some = Amounts.NONE;
            for (String name : names.byName().keySet()) {
                some = some.with(name, amounts.get(name));
            }
            return some;
        }

        private void count() {
            if (!isCounted) {
                used = recount.used(quota, recount.pods(quota));
                isCounted = true;
            }
        }
    }
}
