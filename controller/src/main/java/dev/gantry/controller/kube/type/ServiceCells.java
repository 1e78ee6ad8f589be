package dev.gantry.controller.kube.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** What kubectl shows of services and of what they lead to. */
final class ServiceCells {

    private static final int SHOWN_MAX = 3;
    private static final String NONE = "<none>";
    private static final String UNSET = "<unset>";

    private ServiceCells() {}

    static String external(ObjectNode service) {
        List<String> addresses = new ArrayList<>();
        service.at("/spec/externalIPs").forEach(one -> addresses.add(one.asText()));
        switch (service.at("/spec/type").asText()) {
            case "ExternalName" -> {
                return service.at("/spec/externalName").asText();
            }
            case "LoadBalancer" -> {
                addresses.addAll(ingress(service));
                return addresses.isEmpty() ? "<pending>" : String.join(",", addresses);
            }
            default -> {
                return addresses.isEmpty() ? NONE : String.join(",", addresses);
            }
        }
    }

    static String ports(ObjectNode service) {
        List<String> ports = new ArrayList<>();
        for (JsonNode port : service.at("/spec/ports")) {
            String node = port.path("nodePort").asInt() == 0
                    ? ""
                    : ":" + port.path("nodePort").asInt();
            ports.add(port.path("port").asInt() + node + "/"
                    + port.path("protocol").asText("TCP"));
        }
        return ports.isEmpty() ? NONE : String.join(",", ports);
    }

    static String endpoints(ObjectNode endpoints) {
        List<String> all = new ArrayList<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            for (JsonNode address : subset.path("addresses")) {
                String host = address.path("ip").asText();
                if (subset.path("ports").isEmpty()) {
                    all.add(host);
                }
                subset.path("ports")
                        .forEach(port -> all.add(host + ":" + port.path("port").asInt()));
            }
        }
        return shortened(all, NONE);
    }

    static String slicePorts(ObjectNode slice) {
        List<String> ports = new ArrayList<>();
        slice.path("ports").forEach(port -> ports.add(port.path("port").asText("*")));
        return shortened(ports, UNSET);
    }

    static String sliceEndpoints(ObjectNode slice) {
        List<String> addresses = new ArrayList<>();
        slice.path("endpoints")
                .forEach(endpoint -> endpoint.path("addresses").forEach(one -> addresses.add(one.asText())));
        return shortened(addresses, UNSET);
    }

    static String hosts(ObjectNode ingress) {
        List<String> hosts = new ArrayList<>();
        ingress.at("/spec/rules").forEach(rule -> hosts.add(rule.path("host").asText("*")));
        return shortened(hosts, "*");
    }

    static String loadBalancer(ObjectNode object) {
        return String.join(",", ingress(object));
    }

    private static List<String> ingress(ObjectNode object) {
        List<String> addresses = new ArrayList<>();
        object.at("/status/loadBalancer/ingress")
                .forEach(one ->
                        addresses.add(one.path("ip").asText(one.path("hostname").asText())));
        return addresses;
    }

    private static String shortened(List<String> all, String none) {
        if (all.isEmpty()) {
            return none;
        }
        String shown = String.join(",", all.subList(0, Math.min(all.size(), SHOWN_MAX)));
        return all.size() > SHOWN_MAX ? shown + " + " + (all.size() - SHOWN_MAX) + " more..." : shown;
    }
}
