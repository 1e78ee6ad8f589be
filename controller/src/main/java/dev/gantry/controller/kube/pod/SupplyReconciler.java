package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.access.ServiceAccountTokens;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.pod.PodReferences.Reference;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Supplies;
import dev.gantry.proto.Supply;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives each pod what its specification refers to, as it is now: the config maps, secrets and claims of its namespace that it names, and tokens
 * of its service account.
 */
public final class SupplyReconciler implements Reconciler<Workload> {

    private static final Map<Supply.Kind, ResourceName> RESOURCES = Map.of(
            Supply.Kind.CONFIG_MAP, ResourceName.core("configmaps"),
            Supply.Kind.SECRET, ResourceName.core("secrets"),
            Supply.Kind.PULL_SECRET, ResourceName.core("secrets"),
            Supply.Kind.CLAIM, VolumeNames.CLAIMS);

    /** A record must fit into the store; upstream's bound for one config map or secret. */
    private static final int BYTES_MAX = 1 << 20;

    private final PodTokens tokens;

    /** @param tokens are issued for pods that have them in a volume */
    public SupplyReconciler(ServiceAccountTokens tokens) {
        this.tokens = new PodTokens(tokens);
    }

    @Override
    public String name() {
        return "kube-supplies";
    }

    @Override
    public int atOnce() {
        return MANY;
    }

    @Override
    public Collection<Key<Workload>> all(Snapshot snapshot) {
        return PodDocument.keys(snapshot);
    }

    @Override
    public Collection<Key<Workload>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            ObjectName name = ObjectName.of(change.key());
            if (name.resource().equals(ServiceAccountTokens.ACCOUNTS)) {
                return ofAccount(snapshot, name);
            }
            return RESOURCES.containsValue(name.resource()) ? inNamespace(snapshot, name) : List.of();
        }
        return change.after() != null
                        && change.after().value() instanceof Workload workload
                        && isNeedy(workload)
                        && mayNeedOther(change.before(), workload)
                ? List.of(Kinds.WORKLOAD.key(change.key().scope(), change.key().name()))
                : List.of();
    }

    /** Whether it is new, or has got containers. */
    private static boolean mayNeedOther(@Nullable Versioned<?> before, Workload now) {
        return before == null
                || !(before.value() instanceof Workload old && old.getSpec().equals(now.getSpec()));
    }

    private static List<Key<Workload>> inNamespace(Snapshot snapshot, ObjectName name) {
        Set<Reference> changed = RESOURCES.entrySet().stream()
                .filter(resource -> resource.getValue().equals(name.resource()))
                .map(resource -> new Reference(resource.getKey(), name.name()))
                .collect(Collectors.toSet());
        return snapshot.find(Kinds.KUBE_PODS_BY_NAMESPACE, name.cluster() + "/" + name.namespace()).stream()
                .filter(pod -> isNeedy(pod.value()))
                .filter(pod -> PodReferences.of(pod.value().getSpec()).stream().anyMatch(changed::contains))
                .map(pod -> Kinds.WORKLOAD.key(pod.key().scope(), pod.key().name()))
                .toList();
    }

    private static List<Key<Workload>> ofAccount(Snapshot snapshot, ObjectName account) {
        return PodDocument.list(snapshot, account.cluster(), account.namespace()).stream()
                .filter(pod ->
                        isNeedy(pod.record().value()) && PodTokens.account(pod).equals(account))
                .map(pod -> pod.record().key())
                .toList();
    }

    private static boolean isNeedy(Workload workload) {
        return Pods.isPod(workload) && workload.getSpec().getPod().getNeedsSupplies() && !Workloads.isStopped(workload);
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<Workload> key, Instant now) {
        Optional<PodDocument> found = snapshot.get(key).flatMap(PodDocument::of);
        if (found.isEmpty() || !isNeedy(found.get().record().value())) {
            return Outcome.nothing();
        }
        PodDocument pod = found.get();
        Workload before = pod.record().value();
        Supplies supplies = supplies(snapshot, pod, now);
        boolean isSame = before.hasSupplies() && before.getSupplies().equals(supplies);
        Outcome outcome = isSame
                ? Outcome.nothing()
                : Outcome.write(Transaction.builder()
                        .update(
                                pod.record(),
                                before.toBuilder().setSupplies(supplies).build())
                        .build());
        return PodTokens.nextRenewal(supplies).map(outcome::orWakeAt).orElse(outcome);
    }

    /** What there is of what the pod refers to; what does not fit beside the rest counts as not there. */
    private Supplies supplies(Snapshot snapshot, PodDocument pod, Instant now) {
        Supplies.Builder supplies = Supplies.newBuilder();
        int bytes = 0;
        for (Reference reference : PodReferences.of(pod.record().value().getSpec())) {
            Optional<Supply> supply = supply(snapshot, pod, reference, now);
            bytes += supply.map(Supply::getSerializedSize).orElse(0);
            if (bytes <= BYTES_MAX) {
                supply.ifPresent(supplies::addSupplies);
            }
        }
        return supplies.build();
    }

    private Optional<Supply> supply(Snapshot snapshot, PodDocument pod, Reference reference, Instant now) {
        if (reference.kind() == Supply.Kind.TOKEN) {
            Optional<KubeDocument> account = KubeDocument.find(snapshot, PodTokens.account(pod));
            return tokens.supply(pod, account, reference.name(), now);
        }
        ResourceName resource = Objects.requireNonNull(RESOURCES.get(reference.kind()));
        return KubeDocument.find(snapshot, pod.name().beside(resource, reference.name()))
                .map(found -> switch (reference.kind()) {
                    case CLAIM -> ClaimSupply.of(snapshot, found);
                    case PULL_SECRET -> logins(reference, found.json());
                    default -> supply(reference, found.json());
                });
    }

    private static Supply logins(Reference reference, JsonNode secret) {
        Supply.Builder supply = Supply.newBuilder().setKind(reference.kind()).setName(reference.name());
        RegistryLogins.of(secret).forEach((key, login) -> supply.putData(key, ByteString.copyFromUtf8(login)));
        return supply.build();
    }

    private static Supply supply(Reference reference, JsonNode json) {
        Supply.Builder supply = Supply.newBuilder().setKind(reference.kind()).setName(reference.name());
        boolean secret = reference.kind() == Supply.Kind.SECRET;
        json.path("data")
                .properties()
                .forEach(entry -> supply.putData(
                        entry.getKey(),
                        secret
                                ? decoded(entry.getValue().asText())
                                : ByteString.copyFromUtf8(entry.getValue().asText())));
        json.path("binaryData")
                .properties()
                .forEach(entry ->
                        supply.putData(entry.getKey(), decoded(entry.getValue().asText())));
        return supply.build();
    }

    private static ByteString decoded(String base64) {
        return ByteString.copyFrom(Base64.getMimeDecoder().decode(base64));
    }
}
