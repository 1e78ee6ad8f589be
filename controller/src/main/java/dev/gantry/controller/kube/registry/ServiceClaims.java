package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Ipv4;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.refusal.Cause;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.NetworkClaim;
import dev.gantry.store.Key;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Gives a service addresses and ports of nodes, of which each belongs to one service only: a record says so that is written together with the
 * service. Whose service is gone, or has another address now, has lost its claim.
 */
public final class ServiceClaims {

    public static final ResourceName SERVICES = ResourceName.core("services");
    static final String HEADLESS = "None";

    private static final String ADDRESS = "service-address";
    private static final String PORT = "node-port";
    /** Of claims that services make. */
    public static final List<String> SCOPES = List.of(ADDRESS, PORT);

    private static final String CLUSTER_IP = "clusterIP";
    private static final String CLUSTER_IPS = "clusterIPs";
    private static final String NODE_PORT = "nodePort";

    private final Draft draft;
    private final ObjectName service;
    private final ServiceRange range;
    private final Set<Key<NetworkClaim>> claimed = new HashSet<>();

    ServiceClaims(Draft draft, ObjectName service, ServiceRange range) {
        this.draft = draft;
        this.service = service;
        this.range = range;
    }

    /** Completes a service that passed the validation, and claims what it names. */
    void complete(Optional<ObjectNode> before, ObjectNode object) {
        ObjectNode spec = object.withObject("/spec");
        if (type(object).equals("ExternalName")) {
            spec.remove(List.of(CLUSTER_IP, CLUSTER_IPS));
        } else {
            address(Meta.of(object), spec);
        }
        if (hasNodePorts(object)) {
            nodePorts(Meta.of(object), spec.path("ports"));
        } else {
            withoutNodePorts(before, spec.path("ports"));
        }
    }

    /**
     * A client that says nothing of what was chosen here leaves it as it is.
     *
     * @param after changed where it says nothing
     */
    static void keep(ObjectNode before, ObjectNode after) {
        if (type(before).equals("ExternalName") || type(after).equals("ExternalName")) {
            return;
        }
        ObjectNode spec = after.withObject("/spec");
        if (spec.path(CLUSTER_IP).asText().isEmpty() && before.path("spec").has(CLUSTER_IP)) {
            spec.set(CLUSTER_IP, before.at("/spec/" + CLUSTER_IP));
            spec.set(CLUSTER_IPS, before.at("/spec/" + CLUSTER_IPS).deepCopy());
        }
        if (hasNodePorts(before) && hasNodePorts(after)) {
            Map<String, JsonNode> old = new HashMap<>();
            before.at("/spec/ports").forEach(port -> old.put(portKey(port), port.path(NODE_PORT)));
            spec.path("ports").forEach(port -> {
                JsonNode known = old.get(portKey(port));
                if (port.path(NODE_PORT).asInt() == 0 && known != null && known.asInt() > 0) {
                    ((ObjectNode) port).set(NODE_PORT, known);
                }
            });
        }
    }

    /** The claims that a service holds by what it says. */
    public static List<Key<NetworkClaim>> of(JsonNode object) {
        List<Key<NetworkClaim>> keys = new ArrayList<>();
        String address = object.at("/spec/" + CLUSTER_IP).asText();
        if (!address.isEmpty() && !address.equals(HEADLESS)) {
            keys.add(Kinds.NETWORK_CLAIM.key(ADDRESS, address));
        }
        object.at("/spec/ports").forEach(port -> {
            if (port.path(NODE_PORT).asInt() > 0) {
                keys.add(Kinds.NETWORK_CLAIM.key(PORT, port.path(NODE_PORT).asText()));
            }
        });
        return keys;
    }

    /** The service that has the claim; empty when there is none any more that does. */
    public static Optional<KubeDocument> holder(Snapshot image, Versioned<NetworkClaim> claim) {
        return KubeDocument.find(image, name(claim))
                .filter(found -> of(found.json()).contains(claim.key()));
    }

    /** A claim that the service makes. */
    public static NetworkClaim by(ObjectName service) {
        return NetworkClaim.newBuilder()
                .setHolder(service.cluster() + "/" + service.namespace() + "/" + service.name())
                .build();
    }

    /** Of the service that made the claim, which need not be there. */
    public static ObjectName name(Versioned<NetworkClaim> claim) {
        String[] parts = claim.value().getHolder().split("/", -1);
        return new ObjectName(parts[0], SERVICES, parts[1], parts[2]);
    }

    private void address(Meta meta, ObjectNode spec) {
        String asked =
                spec.path(CLUSTER_IP).asText(spec.at("/" + CLUSTER_IPS + "/0").asText());
        String address;
        if (asked.equals(HEADLESS)) {
            address = HEADLESS;
        } else if (asked.isEmpty()) {
            address = choose(ADDRESS, range.addresses(meta.uid().hashCode()), ServiceRange::text)
                    .orElseThrow(() -> refused("spec." + CLUSTER_IPS, "[]", "every address of " + range + " is taken"));
        } else {
            named(asked);
            address = asked;
        }
        spec.put(CLUSTER_IP, address);
        spec.putArray(CLUSTER_IPS).add(address);
    }

    private void named(String address) {
        OptionalInt number = Ipv4.number(address);
        if (number.isEmpty() || !range.contains(number.getAsInt())) {
            throw refused(
                    "spec." + CLUSTER_IPS,
                    "[\"" + address + "\"]",
                    "failed to allocate IP " + address + ": the provided IP is not in the valid range. The range of"
                            + " valid IPs is " + range);
        }
        if (!claim(ADDRESS, address)) {
            throw refused(
                    "spec." + CLUSTER_IPS,
                    "[\"" + address + "\"]",
                    "failed to allocate IP " + address + ": provided IP is already allocated");
        }
    }

    private void nodePorts(Meta meta, JsonNode ports) {
        Map<Integer, Integer> chosen = new HashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            int port = ports.get(i).path(NODE_PORT).asInt();
            String field = "spec.ports[" + i + "]." + NODE_PORT;
            if (port == 0) {
                continue;
            }
            if (port < ServiceRange.PORT_FIRST || port > ServiceRange.PORT_LAST) {
                throw refused(
                        field,
                        Integer.toString(port),
                        "provided port is not in the valid range. The range of valid ports is "
                                + ServiceRange.PORT_FIRST + "-" + ServiceRange.PORT_LAST);
            }
            if (!claim(PORT, Integer.toString(port))) {
                throw refused(field, Integer.toString(port), "provided port is already allocated");
            }
            chosen.put(ports.get(i).path("port").asInt(), port);
        }
        int seed = meta.uid().hashCode();
        for (JsonNode port : ports) {
            if (port.path(NODE_PORT).asInt() == 0) {
                // One port in two protocols is one port of the node.
                int number = chosen.computeIfAbsent(port.path("port").asInt(), _ -> freePort(seed));
                ((ObjectNode) port).put(NODE_PORT, number);
            }
        }
    }

    private int freePort(int seed) {
        return choose(PORT, ServiceRange.ports(seed), Integer::toString)
                .map(Integer::parseInt)
                .orElseThrow(() -> refused("spec.ports", "", "every port of nodes is taken"));
    }

    /** Those that came from another type go with it; others were not meant. */
    private void withoutNodePorts(Optional<ObjectNode> before, JsonNode ports) {
        Set<Integer> old = new HashSet<>();
        before.ifPresent(found -> found.at("/spec/ports")
                .forEach(port -> old.add(port.path(NODE_PORT).asInt())));
        for (int i = 0; i < ports.size(); i++) {
            int port = ports.get(i).path(NODE_PORT).asInt();
            if (port != 0 && !old.contains(port)) {
                throw KubeRefusal.invalid(
                        "",
                        "Service",
                        service.name(),
                        List.of(Cause.forbidden(
                                "spec.ports[" + i + "]." + NODE_PORT, "may not be used when `type` is 'ClusterIP'")));
            }
            ((ObjectNode) ports.get(i)).remove(NODE_PORT);
        }
    }

    private Optional<String> choose(String scope, IntStream candidates, IntFunction<String> text) {
        return candidates
                .mapToObj(text)
                .filter(name -> !isTaken(Kinds.NETWORK_CLAIM.key(scope, name)))
                .findFirst()
                .filter(name -> claim(scope, name));
    }

    private boolean isTaken(Key<NetworkClaim> key) {
        return claimed.contains(key)
                || draft.image()
                        .get(key)
                        .filter(claim -> !name(claim).equals(service))
                        .flatMap(claim -> holder(draft.image(), claim))
                        .isPresent();
    }

    /** Whether it is this service's now. */
    private boolean claim(String scope, String name) {
        Key<NetworkClaim> key = Kinds.NETWORK_CLAIM.key(scope, name);
        if (claimed.contains(key)) {
            return true;
        }
        if (isTaken(key)) {
            return false;
        }
        claimed.add(key);
        NetworkClaim mine = by(service);
        Optional<Versioned<NetworkClaim>> there = draft.image().get(key);
        if (there.isEmpty()) {
            draft.writes().create(key, mine);
        } else if (!there.get().value().equals(mine)) {
            draft.writes().update(there.get(), mine);
        } else {
            // Whoever frees what nobody holds must not have done so meanwhile.
            draft.writes().guard(there.get());
        }
        return true;
    }

    private KubeRefusal refused(String field, String value, String why) {
        return KubeRefusal.invalid(
                "",
                "Service",
                service.name(),
                List.of(new Cause(field, "FieldValueInvalid", "Invalid value: " + value + ": " + why)));
    }

    private static boolean hasNodePorts(ObjectNode object) {
        String type = type(object);
        return type.equals("NodePort")
                || type.equals("LoadBalancer")
                        && object.at("/spec/allocateLoadBalancerNodePorts").asBoolean(true);
    }

    private static String type(ObjectNode object) {
        return object.at("/spec/type").asText();
    }

    private static String portKey(JsonNode port) {
        return port.path("protocol").asText() + "/" + port.path("port").asInt();
    }
}
