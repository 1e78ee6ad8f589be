package dev.gantry.controller.kube.admit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.Cidr;
import dev.gantry.controller.kube.document.Ipv4;
import java.util.List;
import java.util.Optional;

/**
 * Finds why an address that somebody wrote by hand is refused: nodes write them into their rules, and lead others to them. As upstream, nobody is
 * led to what a node keeps to itself.
 */
record AddressValidation(Findings findings) {

    private static final int ENDPOINTS_MAX = 1_000;
    private static final int ADDRESSES_MAX = 100;
    private static final int PORTS_MAX = 100;
    private static final int EXTERNAL_MAX = 100;
    private static final int RANGES_MAX = 100;
    private static final String BALANCER_CLASS = "loadBalancerClass";
    private static final String ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'";
    private static final List<String> PROTOCOLS = List.of("SCTP", "TCP", "UDP");

    /** Endpoints, with ready and other addresses. */
    void checkSubsets(JsonNode subsets) {
        for (int i = 0; i < subsets.size(); i++) {
            String at = "subsets[" + i + "]";
            for (String list : List.of("addresses", "notReadyAddresses")) {
                JsonNode addresses = subsets.get(i).path(list);
                for (int j = 0; j < addresses.size(); j++) {
                    String path = at + "." + list + "[" + j + "]";
                    address(path + ".ip", addresses.get(j).path("ip"));
                    hostname(path, addresses.get(j));
                }
            }
            ports(at + ".ports", subsets.get(i).path("ports"));
        }
    }

    /** @param slice an EndpointSlice */
    void checkSlice(JsonNode slice) {
        JsonNode type = slice.path("addressType");
        if (type.asText().isEmpty()) {
            findings.required("addressType", "");
        }
        findings.oneOf("addressType", type, List.of("FQDN", "IPv4", "IPv6"));
        JsonNode endpoints = slice.path("endpoints");
        if (endpoints.size() > ENDPOINTS_MAX) {
            findings.tooMany("endpoints", ENDPOINTS_MAX);
            return;
        }
        for (int i = 0; i < endpoints.size(); i++) {
            String at = "endpoints[" + i + "]";
            JsonNode addresses = endpoints.get(i).path("addresses");
            if (addresses.isEmpty()) {
                findings.required(at + ".addresses", "must contain at least 1 address");
            }
            if (addresses.size() > ADDRESSES_MAX) {
                findings.tooMany(at + ".addresses", ADDRESSES_MAX);
            } else if (type.asText().equals("IPv4")) {
                for (int j = 0; j < addresses.size(); j++) {
                    address(at + ".addresses[" + j + "]", addresses.get(j));
                }
            }
            hostname(at, endpoints.get(i));
        }
        ports("ports", slice.path("ports"));
    }

    /** Addresses outside the cluster that are led to a service. */
    void checkExternal(JsonNode addresses) {
        if (addresses.size() > EXTERNAL_MAX) {
            findings.tooMany("spec.externalIPs", EXTERNAL_MAX);
            return;
        }
        for (int i = 0; i < addresses.size(); i++) {
            address("spec.externalIPs[" + i + "]", addresses.get(i));
        }
    }

    /** Who may use a load balancer, and whose it is. */
    void checkBalancer(JsonNode spec, Optional<JsonNode> old) {
        boolean isBalanced = isBalanced(spec);
        JsonNode ranges = spec.path("loadBalancerSourceRanges");
        // Upstream writes the name so.
        String at = "spec.LoadBalancerSourceRanges";
        if (!ranges.isEmpty() && !isBalanced) {
            findings.forbidden(at, ONLY_BALANCED);
        } else if (ranges.size() > RANGES_MAX) {
            findings.tooMany(at, RANGES_MAX);
        } else {
            for (int i = 0; i < ranges.size(); i++) {
                Optional<Cidr> _ = findings.block(
                        at + "[" + i + "]", ranges.get(i).asText().trim());
            }
        }
        balancerClass(spec, isBalanced, old);
    }

    private void balancerClass(JsonNode spec, boolean isBalanced, Optional<JsonNode> old) {
        JsonNode name = spec.path(BALANCER_CLASS);
        if (name.isTextual() && !isBalanced) {
            findings.forbidden("spec." + BALANCER_CLASS, ONLY_BALANCED);
        }
        old.filter(before -> isBalanced && isBalanced(before))
                .filter(before -> !before.path(BALANCER_CLASS).asText().equals(name.asText()))
                .ifPresent(_ -> findings.invalid("spec." + BALANCER_CLASS, name, "may not change once set"));
    }

    private static boolean isBalanced(JsonNode spec) {
        return spec.path("type").asText().equals("LoadBalancer");
    }

    private void address(String path, JsonNode address) {
        problem(address.asText()).ifPresent(problem -> findings.invalid(path, address.asText(), problem));
    }

    private static Optional<String> problem(String address) {
        if (Ipv4.number(address).isEmpty()) {
            return Optional.of("must be a valid IPv4 address, (e.g. 10.9.8.7)");
        }
        if (address.equals("0.0.0.0")) {
            return Optional.of("may not be unspecified (0.0.0.0)");
        }
        if (address.startsWith("127.")) {
            return Optional.of("may not be in the loopback range (127.0.0.0/8)");
        }
        if (address.startsWith("169.254.")) {
            return Optional.of("may not be in the link-local range (169.254.0.0/16)");
        }
        return address.startsWith("224.0.0.")
                ? Optional.of("may not be in the link-local multicast range (224.0.0.0/24)")
                : Optional.empty();
    }

    private void hostname(String path, JsonNode endpoint) {
        String name = endpoint.path("hostname").asText();
        if (!name.isEmpty()) {
            Names.LABEL.problem(name).ifPresent(problem -> findings.invalid(path + ".hostname", name, problem));
        }
    }

    private void ports(String path, JsonNode ports) {
        if (ports.size() > PORTS_MAX) {
            findings.tooMany(path, PORTS_MAX);
            return;
        }
        for (int i = 0; i < ports.size(); i++) {
            String at = path + "[" + i + "]";
            JsonNode number = ports.get(i).path("port");
            boolean isAny = number.isMissingNode() || number.isNull();
            if (!isAny) {
                findings.port(at + ".port", number);
            }
            String name = ports.get(i).path("name").asText();
            if (!name.isEmpty()) {
                Names.LABEL.problem(name).ifPresent(problem -> findings.invalid(at + ".name", name, problem));
            }
            findings.oneOf(at + ".protocol", ports.get(i).path("protocol"), PROTOCOLS);
        }
    }
}
