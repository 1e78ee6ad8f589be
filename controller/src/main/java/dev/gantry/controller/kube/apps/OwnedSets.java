package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.owner.Ownership;
import dev.gantry.controller.kube.select.LabelSelector;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The replica sets of a deployment.
 *
 * @param newest of the present template, if there is one
 * @param old all others, oldest first
 * @param adoptable that nobody owns, and that the deployment selects
 * @param released that it owns and selects no longer
 */
record OwnedSets(
        Optional<KubeDocument> newest,
        List<KubeDocument> old,
        List<KubeDocument> adoptable,
        List<KubeDocument> released) {

    static final String HASH = "pod-template-hash";

    /** Not to be copied between a deployment and its sets. */
    static final Set<String> OWN_ANNOTATIONS = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            "deprecated.deployment.rollback.to",
            Generation.REVISION,
            Generation.HISTORY,
            Generation.DESIRED,
            Generation.MOST);

    private static final int WRITES_MAX = 50;

    static OwnedSets of(Snapshot snapshot, KubeDocument deployment, LabelSelector selector) {
        List<KubeDocument> own = new ArrayList<>();
        List<KubeDocument> released = new ArrayList<>();
        Ownership.managed(snapshot, deployment, DeploymentReconciler.REPLICA_SETS)
                .forEach(set -> (selector.matches(set.meta().labels()) ? own : released).add(set));
        ObjectName name = deployment.name();
        String scope = ObjectName.scope(name.cluster(), DeploymentReconciler.REPLICA_SETS, name.namespace());
        List<KubeDocument> adoptable = snapshot.list(Kinds.KUBE_OBJECT, scope).stream()
                .filter(record -> record.value().getOwnerUidsCount() == 0)
                .map(KubeDocument::of)
                .filter(set ->
                        !set.meta().isDeleted() && selector.matches(set.meta().labels()))
                .toList();
        own.sort(Comparator.comparing((KubeDocument set) ->
                        set.meta().json().path("creationTimestamp").asText())
                .thenComparing(set -> set.meta().name()));
        JsonNode template = deployment.spec().path("template");
        Optional<KubeDocument> newest =
                own.stream().filter(set -> isOf(template, set)).findFirst();
        newest.ifPresent(own::remove);
        return new OwnedSets(newest, List.copyOf(own), adoptable, released);
    }

    boolean areSettled() {
        return adoptable.isEmpty() && released.isEmpty();
    }

    Transaction settle(KubeDocument deployment) {
        Transaction.Builder writes = Transaction.builder().guard(deployment.record());
        adoptable.stream().limit(WRITES_MAX).forEach(set -> {
            ObjectNode json = set.json().deepCopy();
            Ownership.add(json, deployment);
            writes.update(set.record(), KubeDocument.stored(json, set.record().value()));
        });
        released.stream().limit(WRITES_MAX).forEach(set -> {
            ObjectNode json = set.json().deepCopy();
            String uid = deployment.meta().uid();
            Ownership.remove(json, reference -> reference.path("uid").asText().equals(uid));
            writes.update(set.record(), KubeDocument.stored(json, set.record().value()));
        });
        return writes.build();
    }

    KubeDocument byName(String name) {
        return Stream.concat(newest.stream(), old.stream())
                .filter(set -> set.meta().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    long highestOldRevision() {
        return old.stream()
                .mapToLong(set -> Generation.number(set.meta(), Generation.REVISION, 0))
                .max()
                .orElse(0);
    }

    private static boolean isOf(JsonNode template, KubeDocument set) {
        JsonNode own = set.spec().path("template").deepCopy();
        if (own.at("/metadata/labels") instanceof ObjectNode labels) {
            labels.remove(HASH);
        }
        return own.equals(template);
    }
}
