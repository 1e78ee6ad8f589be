package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.owner.Conditions;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import dev.gantry.controller.kube.owner.OwnerPass;
import dev.gantry.controller.kube.registry.ServiceClaims;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.BalancedPort;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.IngressPorts;
import dev.gantry.proto.KubeObject;
import dev.gantry.proto.NetworkClaim;
import dev.gantry.proto.Node;
import dev.gantry.proto.Resources;
import dev.gantry.proto.ServiceRoute;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Claims ports of nodes for services of the type LoadBalancer, and says in their status at which addresses they are reached. */
public final class LoadBalancerReconciler implements Reconciler<KubeObject> {

    private static final String PORTS_ERROR = "LoadBalancerPortsError";

    @Override
    public String name() {
        return "kube-load-balancers";
    }

    @Override
    public Collection<Key<KubeObject>> all(Snapshot snapshot) {
        Set<Key<KubeObject>> keys = new LinkedHashSet<>(KubeDocument.keys(snapshot, ServiceClaims.SERVICES));
        // A service may be gone and its ports still claimed.
        BalancedPort.claims(snapshot)
                .forEach(claim -> keys.add(ServiceClaims.name(claim).key()));
        return keys;
    }

    @Override
    public Collection<Key<KubeObject>> wokenBy(Change<?> change, Snapshot snapshot) {
        Key<?> key = change.key();
        if (key.kind().equals(Kinds.KUBE_OBJECT)) {
            ObjectName name = ObjectName.of(key);
            return name.resource().equals(ServiceClaims.SERVICES) ? List.of(name.key()) : List.of();
        }
        if (key.kind().equals(Kinds.SERVICE_ROUTE)) {
            return byRoute(change);
        }
        boolean isNews =
                key.kind().equals(Kinds.NODE) && !Offer.of(change.before()).equals(Offer.of(change.after()))
                        || key.kind().equals(Kinds.WORKLOAD)
                                && !Hold.of(change.before()).equals(Hold.of(change.after()))
                        || key.kind().equals(Kinds.CONTROLLER)
                        || BalancedPort.of(key).isPresent();
        return isNews ? KubeDocument.keys(snapshot, ServiceClaims.SERVICES) : List.of();
    }

    /** Where the endpoints are matters to those that keep to the node that was reached. */
    private static Collection<Key<KubeObject>> byRoute(Change<?> change) {
        return change.after() != null && change.after().value() instanceof ServiceRoute route && route.getLocalOutside()
                ? List.of(ServiceReconciler.service(route))
                : List.of();
    }

    /** What a node offers. */
    private record Offer(Optional<BalancingNode> node, Resources own, IngressPorts ingress) {
        static Optional<Offer> of(@Nullable Versioned<?> side) {
            return side != null && side.value() instanceof Node node
                    ? Optional.of(new Offer(
                            BalancingNode.of(node),
                            node.getInfo().getCapacity(),
                            node.getInfo().getIngressPorts()))
                    : Optional.empty();
        }
    }

    /** What a workload takes. */
    private record Hold(String node, List<Integer> tcp, List<Integer> udp) {
        static Optional<Hold> of(@Nullable Versioned<?> side) {
            if (side == null || !(side.value() instanceof Workload workload)) {
                return Optional.empty();
            }
            Resources resources = workload.getSpec().getResources();
            boolean isHolding = resources.getTcpPortsCount() + resources.getUdpPortsCount() > 0
                    && Workloads.isPlaced(workload)
                    && !Workloads.isStopped(workload);
            return isHolding
                    ? Optional.of(new Hold(
                            workload.getPlacement().getNode(),
                            resources.getTcpPortsList(),
                            resources.getUdpPortsList()))
                    : Optional.empty();
        }
    }

    @Override
    public Outcome reconcile(Snapshot snapshot, Key<KubeObject> key, Instant now) {
        ObjectName name = ObjectName.of(key);
        List<Versioned<NetworkClaim>> claims = BalancedPort.claims(snapshot).stream()
                .filter(claim -> ServiceClaims.name(claim).equals(name))
                .toList();
        Optional<KubeDocument> service = snapshot.get(key).map(KubeDocument::of);
        if (service.isEmpty()) {
            return claims.isEmpty() ? Outcome.nothing() : gone(key, claims);
        }
        if (Balancing.isWanted(service.get())) {
            return balanced(snapshot, service.get(), claims, now);
        }
        boolean isOver = claims.isEmpty()
                && (service.get().spec().path("type").asText().equals(Balancing.TYPE)
                        || service.get().status().path("loadBalancer").isEmpty());
        return isOver ? Outcome.nothing() : unbalanced(snapshot, service.get(), claims, now);
    }

    private static Outcome gone(Key<KubeObject> key, List<Versioned<NetworkClaim>> claims) {
        Transaction.Builder writes = Transaction.builder().guardAbsent(key);
        claims.stream().limit(Transaction.OPERATIONS_MAX / 2).forEach(writes::delete);
        return Outcome.write(writes.build());
    }

    private static Outcome balanced(
            Snapshot snapshot, KubeDocument service, List<Versioned<NetworkClaim>> claims, Instant now) {
        Optional<ServiceRoute> route =
                snapshot.get(ServiceReconciler.route(service.name())).map(Versioned::value);
        Balancing balancing = Balancing.of(snapshot, service, route);
        OwnerPass pass = new OwnerPass(snapshot, service, now);
        Set<Key<NetworkClaim>> wanted = new LinkedHashSet<>();
        balancing.ports().forEach(port -> wanted.add(port.key()));
        Set<Key<NetworkClaim>> held = withdrawn(pass, claims, wanted);
        NetworkClaim mine = ServiceClaims.by(service.name());
        for (Key<NetworkClaim> port : wanted) {
            if (!held.contains(port) && pass.hasRoom()) {
                pass.keep(port, mine);
                held.add(port);
            }
        }
        List<BalancingNode> nodes = balancing.nodes().stream()
                .filter(node -> balancing.ports().stream()
                        .filter(port -> port.node().equals(node.id()))
                        .allMatch(port -> held.contains(port.key())))
                .toList();
        tell(pass, service, nodes, balancing.complaint(), now);
        return pass.outcome();
    }

    /** Gives back what is not wanted any longer, and returns what it holds. */
    private static Set<Key<NetworkClaim>> withdrawn(
            OwnerPass pass, List<Versioned<NetworkClaim>> claims, Set<Key<NetworkClaim>> wanted) {
        Set<Key<NetworkClaim>> held = new HashSet<>();
        for (Versioned<NetworkClaim> claim : claims) {
            if (wanted.contains(claim.key())) {
                held.add(claim.key());
            } else if (pass.hasRoom()) {
                pass.drop(claim);
            }
        }
        return held;
    }

    private static void tell(
            OwnerPass pass, KubeDocument service, List<BalancingNode> nodes, Optional<String> complaint, Instant now) {
        ObjectNode status = pass.json().withObject("/status");
        if (nodes.isEmpty()) {
            status.putObject("loadBalancer");
        } else {
            ArrayNode ingress = status.putObject("loadBalancer").putArray("ingress");
            nodes.forEach(node -> ingress.addObject().put("ip", node.address()).put("ipMode", "VIP"));
        }
        Conditions before = Conditions.of(status, "");
        Optional<String> said =
                before.find(PORTS_ERROR).map(one -> one.path("message").asText());
        if (complaint.isEmpty()) {
            before.without(PORTS_ERROR).writeTo(status);
        } else if (!complaint.equals(said)) {
            before.renewed(Condition.of(PORTS_ERROR, true, "PortsTaken", complaint.get()), now)
                    .writeTo(status);
            pass.warn("SyncLoadBalancerFailed", "Not at every node: " + complaint.get());
        }
        boolean isNews = !status.path("loadBalancer").equals(service.status().path("loadBalancer"));
        if (isNews && !nodes.isEmpty()) {
            pass.tell("EnsuredLoadBalancer", "Ensured load balancer");
        }
    }

    private static Outcome unbalanced(
            Snapshot snapshot, KubeDocument service, List<Versioned<NetworkClaim>> claims, Instant now) {
        OwnerPass pass = new OwnerPass(snapshot, service, now);
        Set<Key<NetworkClaim>> _ = withdrawn(pass, claims, Set.of());
        ObjectNode status = pass.json().withObject("/status");
        status.putObject("loadBalancer");
        Conditions.of(status, "").without(PORTS_ERROR).writeTo(status);
        return pass.outcome();
    }
}
