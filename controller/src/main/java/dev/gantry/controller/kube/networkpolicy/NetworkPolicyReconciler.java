package dev.gantry.controller.kube.networkpolicy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.networkpolicy.PolicyCompiler.Compiled;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.NetworkPolicy;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Says of each policy to nodes what it lets pass, and to whom. */
public final class NetworkPolicyReconciler implements Reconciler<KubeObject> {

    static final ResourceName POLICIES = new ResourceName("networking.k8s.io", "networkpolicies");

    @Override
    public String name() {
        return "kube-network-policies";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>(KubeDocument.keys(snapshot, POLICIES));
        // A policy may be gone and nodes know it still.
        snapshot.list(Kinds.NETWORK_POLICY).stream()
                .map(Versioned::value)
                .map(told -> new ObjectName(told.getCluster(), POLICIES, told.getNamespace(), told.getName()).key())
                .forEach(keys::add);
        return keys;
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        if (change.key().kind().equals(Kinds.WORKLOAD)) {
            return byPod(change, snapshot);
        }
        if (!change.key().kind().equals(Kinds.KUBE_OBJECT)) {
            return List.of();
        }
        ObjectName name = ObjectName.of(change.key());
        if (name.resource().equals(POLICIES)) {
            return List.of(name.key());
        }
        boolean isOtherNamespace = name.resource().equals(ResourceName.NAMESPACES)
                && !labels(change.before()).equals(labels(change.after()));
        return isOtherNamespace ? KubeDocument.keys(snapshot, name.cluster(), POLICIES) : List.of();
    }

    private static Optional<Map<String, String>> labels(@Nullable Versioned<?> side) {
        return side != null && side.value() instanceof KubeObject object
                ? Optional.of(Meta.of(Json.object(object.getJson())).labels())
                : Optional.empty();
    }

    private static Collection<Key<KubeObject>> byPod(Change<?> change, Snapshot snapshot) {
        Optional<Neighbour> before = Neighbour.ofAny(change.before());
        Optional<Neighbour> after = Neighbour.ofAny(change.after());
        if (before.equals(after)) {
            return List.of();
        }
        List<Neighbour> sides =
                Stream.of(before, after).flatMap(Optional::stream).toList();
        return KubeDocument.list(snapshot, sides.getFirst().cluster(), POLICIES).stream()
                .filter(policy -> sides.stream().anyMatch(pod -> mayConcern(policy, pod)))
                .map(policy -> policy.record().key())
                .toList();
    }

    /** Whether a pod may be a peer: which labels its namespace has is not looked up for that. */
    private static boolean mayConcern(KubeDocument policy, Neighbour pod) {
        boolean isNamed = policy.spec()
                .path("egress")
                .valueStream()
                .filter(rule -> rule.path("to").isEmpty())
                .flatMap(rule -> rule.path("ports").valueStream())
                .anyMatch(port -> port.path("port").isTextual());
        return isNamed || peers(policy).anyMatch(peer -> mayBe(peer, policy, pod));
    }

    private static boolean mayBe(PolicyPeer peer, KubeDocument policy, Neighbour pod) {
        return switch (peer) {
            case PolicyPeer.Selected(var pods, var namespaces) ->
                pods.matches(pod.labels())
                        && (namespaces.isPresent() || policy.name().namespace().equals(pod.namespace()));
            case PolicyPeer.Block _ -> false;
        };
    }

    private static Stream<PolicyPeer> peers(KubeDocument policy) {
        JsonNode spec = policy.spec();
        return Stream.concat(
                        spec.path("ingress").valueStream().map(rule -> rule.path("from")),
                        spec.path("egress").valueStream().map(rule -> rule.path("to")))
                .flatMap(peers -> PolicyPeer.of(peers).stream());
    }

    private static Key<NetworkPolicy> told(ObjectName policy) {
        return Kinds.NETWORK_POLICY.key(policy.cluster() + "/" + policy.namespace(), policy.name());
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        Optional<Versioned<NetworkPolicy>> before = snapshot.get(told(ObjectName.of(key)));
        Optional<KubeDocument> policy = snapshot.get(key).map(KubeDocument::of);
        if (policy.isPresent()) {
            return told(snapshot, policy.get(), before, now);
        }
        return before.isPresent()
                ? Outcome.write(Transaction.builder()
                        .guardAbsent(key)
                        .delete(before.get())
                        .build())
                : Outcome.nothing();
    }

    private static Outcome told(
            Snapshot snapshot, KubeDocument policy, Optional<Versioned<NetworkPolicy>> before, Instant now) {
        Compiled compiled = PolicyCompiler.compile(snapshot, policy);
        if (before.filter(record -> record.value().equals(compiled.policy())).isPresent()) {
            return Outcome.nothing();
        }
        OwnerPass pass = new OwnerPass(snapshot, policy, now);
        pass.keep(told(policy.name()), compiled.policy());
        compiled.complaints().forEach(complaint -> pass.warn("TooManyAddresses", complaint));
        return pass.outcomeWithoutOwner();
    }
}
