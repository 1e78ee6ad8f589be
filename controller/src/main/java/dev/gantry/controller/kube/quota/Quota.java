package dev.gantry.controller.kube.quota;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.quantity.Amounts;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A quota as it is stored.
 *
 * @param hard what may be used
 * @param used what was used when somebody wrote that last; never less than what is
 */
public record Quota(KubeDocument document, Scopes scopes, Amounts hard, Amounts used) {

    public static final ResourceName RESOURCE = ResourceName.core("resourcequotas");

    static Quota of(Versioned<KubeObject> record) {
        KubeDocument document = KubeDocument.of(record);
        return new Quota(
                document,
                Scopes.of(document.spec()),
                Amounts.read(document.spec().path("hard")),
                Amounts.read(document.status().path("used")));
    }

    /** In the order of their names. */
    static List<Quota> list(Snapshot snapshot, String cluster, String namespace) {
        return records(snapshot, cluster, namespace).stream().map(Quota::of).toList();
    }

    static List<Versioned<KubeObject>> records(Snapshot snapshot, String cluster, String namespace) {
        return snapshot.list(Kinds.KUBE_OBJECT, ObjectName.scope(cluster, RESOURCE, namespace));
    }

    /** Whether a change of a quota may let in what was refused before. */
    public static boolean hasMoreRoom(Change<?> change) {
        Optional<Quota> before = ofAny(change.before());
        Optional<Quota> after = ofAny(change.after());
        if (before.isEmpty() || after.isEmpty()) {
            return after.isEmpty();
        }
        Amounts used = before.get().used();
        boolean hasLess = used.byName().keySet().stream()
                .anyMatch(resource ->
                        used.get(resource).exceeds(after.get().used().get(resource)));
        return hasLess
                || !before.get().document().spec().equals(after.get().document().spec());
    }

    /** What a quota limits no longer is not kept up any longer; and what it said of other pods says nothing of these. */
    public static void forget(ObjectNode before, ObjectNode after) {
        if (!(after.at("/status/used") instanceof ObjectNode used)) {
            return;
        }
        if (Scopes.of(before.path("spec")).equals(Scopes.of(after.path("spec")))) {
            used.properties().removeIf(entry -> !after.at("/spec/hard").has(entry.getKey()));
        } else {
            used.removeAll();
        }
    }

    private static Optional<Quota> ofAny(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof KubeObject value
                ? Optional.of(of(new Versioned<>(
                        Kinds.KUBE_OBJECT.key(record.key().scope(), record.key().name()), value, record.revision())))
                : Optional.empty();
    }

    String name() {
        return document.meta().name();
    }

    /** Whether it says how much of the resource may be used. */
    boolean limits(String resource) {
        return hard.find(resource).isPresent();
    }

    /** Says in its status how much is used, unless it says so already. */
    void tell(Transaction.Builder writes, Amounts nowUsed) {
        KubeObject after = with(nowUsed);
        if (!after.equals(document.record().value())) {
            writes.update(document.record(), after);
        }
    }

    /**
     * Says so even if it does already: one place that became free and is taken again leaves the number as it was, and still no other
     * decision may rest on the same image.
     */
    void charge(Transaction.Builder writes, Amounts nowUsed) {
        writes.update(document.record(), with(nowUsed));
    }

    private KubeObject with(Amounts nowUsed) {
        KubeObject before = document.record().value();
        ObjectNode json = document.json().deepCopy();
        ObjectNode status = json.withObject("/status");
        status.set("hard", hard.json());
        status.set("used", nowUsed.json());
        return KubeDocument.stored(json, before);
    }
}
