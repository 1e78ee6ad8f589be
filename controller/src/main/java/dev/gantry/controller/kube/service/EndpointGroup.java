package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import java.util.List;
import java.util.Optional;

/**
 * Endpoints that serve the same ports. Where pods give one name to different ports, a service has several groups.
 *
 * @param ports in the order of the service; none for a headless service without ports
 */
record EndpointGroup(List<Port> ports, List<Endpoint> endpoints) {

    EndpointGroup {
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
    }

    /**
     * A port of the service, and which port of the endpoints it is.
     *
     * @param appProtocol empty where nothing is said
     */
    record Port(String name, String protocol, int number, String appProtocol) {

        ObjectNode json() {
            ObjectNode json =
                    Json.object().put("name", name).put("port", number).put("protocol", protocol);
            return appProtocol.isEmpty() ? json : json.put("appProtocol", appProtocol);
        }

        static Port of(JsonNode port) {
            return new Port(
                    port.path("name").asText(),
                    port.path("protocol").asText("TCP"),
                    port.path("port").asInt(),
                    port.path("appProtocol").asText());
        }
    }

    /**
     * An address behind a service.
     *
     * @param node        id of the node that it is on; empty for what is outside the cluster
     * @param nodeName    as in the API
     * @param hostname    of its own below the name of the service; empty for none
     * @param pod         reference to the pod that it is
     * @param ready       whether it is to be used
     * @param serving     the same, but for what is ending
     * @param terminating whether it is ending
     */
    record Endpoint(
            String address,
            String node,
            String nodeName,
            String hostname,
            Optional<ObjectNode> pod,
            boolean ready,
            boolean serving,
            boolean terminating) {}

    /** Those that connections go to: the ready ones; where there are none, those that are ending and still serve. */
    static boolean isUsed(List<EndpointGroup> all, Endpoint endpoint) {
        boolean isAnyReady =
                all.stream().flatMap(group -> group.endpoints().stream()).anyMatch(Endpoint::ready);
        return isAnyReady ? endpoint.ready() : endpoint.serving() && endpoint.terminating();
    }
}
