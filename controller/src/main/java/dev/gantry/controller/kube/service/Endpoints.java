package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.NodeNames;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.service.EndpointGroup.Endpoint;
import dev.gantry.controller.kube.service.EndpointGroup.Port;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.Node;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Finds what is behind a service. */
final class Endpoints {

    private static final String PORTS = "ports";

    private Endpoints() {}

    /** The labels that its pods have; empty for a service whose endpoints somebody else tells. */
    static Map<String, String> selector(KubeDocument service) {
        Map<String, String> selector = new LinkedHashMap<>();
        service.spec()
                .path("selector")
                .properties()
                .forEach(label -> selector.put(label.getKey(), label.getValue().asText()));
        return selector;
    }

    static boolean selects(KubeDocument service, Map<String, String> labels) {
        Map<String, String> selector = selector(service);
        return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
    }

    /** What the pods are that the service selects, in the order of addresses. */
    static List<EndpointGroup> ofPods(Snapshot snapshot, KubeDocument service) {
        Map<List<Port>, List<Endpoint>> groups = new LinkedHashMap<>();
        PodDocument.list(snapshot, service.name().cluster(), service.name().namespace()).stream()
                .filter(pod -> !pod.isOver() && selects(service, pod.meta().labels()))
                .forEach(pod -> endpoint(snapshot, service, pod).ifPresent(endpoint -> {
                    List<Port> ports = ports(service, pod);
                    boolean isHeadlessWithoutPorts = service.spec().path(PORTS).isEmpty();
                    if (!ports.isEmpty() || isHeadlessWithoutPorts) {
                        groups.computeIfAbsent(ports, _ -> new ArrayList<>()).add(endpoint);
                    }
                }));
        return sorted(groups);
    }

    /** What somebody wrote into the Endpoints of the service's name. */
    static List<EndpointGroup> ofSubsets(JsonNode endpoints) {
        Map<List<Port>, List<Endpoint>> groups = new LinkedHashMap<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            List<Port> ports = subset.path(PORTS).valueStream().map(Port::of).toList();
            List<Endpoint> group = groups.computeIfAbsent(ports, _ -> new ArrayList<>());
            subset.path("addresses").forEach(address -> group.add(declared(address, true)));
            subset.path("notReadyAddresses").forEach(address -> group.add(declared(address, false)));
        }
        return sorted(groups);
    }

    /** What somebody wrote into an EndpointSlice. */
    static Optional<EndpointGroup> ofSlice(JsonNode slice) {
        if (!slice.path("addressType").asText().equals("IPv4")) {
            return Optional.empty();
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (JsonNode endpoint : slice.path("endpoints")) {
            JsonNode conditions = endpoint.path("conditions");
            boolean isReady = conditions.path("ready").asBoolean(true);
            endpoint.path("addresses")
                    .forEach(address -> endpoints.add(new Endpoint(
                            address.asText(),
                            "",
                            endpoint.path("nodeName").asText(),
                            endpoint.path("hostname").asText(),
                            Optional.empty(),
                            isReady,
                            conditions.path("serving").asBoolean(isReady),
                            conditions.path("terminating").asBoolean())));
        }
        return Optional.of(
                new EndpointGroup(slice.path(PORTS).valueStream().map(Port::of).toList(), endpoints));
    }

    private static Endpoint declared(JsonNode address, boolean isReady) {
        return new Endpoint(
                address.path("ip").asText(),
                "",
                address.path("nodeName").asText(),
                address.path("hostname").asText(),
                Optional.empty(),
                isReady,
                isReady,
                false);
    }

    private static List<EndpointGroup> sorted(Map<List<Port>, List<Endpoint>> groups) {
        return groups.entrySet().stream()
                .map(group -> new EndpointGroup(
                        group.getKey(),
                        group.getValue().stream()
                                .sorted(Comparator.comparing(Endpoint::address))
                                .toList()))
                .sorted(Comparator.comparing(group -> group.ports().toString()))
                .toList();
    }

    private static Optional<Endpoint> endpoint(Snapshot snapshot, KubeDocument service, PodDocument pod) {
        if (!Workloads.isPlaced(pod.record().value())) {
            return Optional.empty();
        }
        String nodeId = pod.record().value().getPlacement().getNode();
        Optional<Node> node = snapshot.get(Kinds.NODE.key("", nodeId)).map(Versioned::value);
        boolean isSaid = service.spec().path("publishNotReadyAddresses").asBoolean();
        boolean isSubdomain =
                pod.spec().path("subdomain").asText().equals(service.name().name());
        return pod.addresses(node).stream()
                .filter(address -> !address.contains(":"))
                .findFirst()
                .map(address -> new Endpoint(
                        address,
                        nodeId,
                        node.map(NodeNames::of).orElse(""),
                        isSubdomain ? pod.spec().path("hostname").asText() : "",
                        Optional.of(reference(pod)),
                        isSaid || pod.isReady() && !pod.isDeleted(),
                        pod.isReady(),
                        pod.isDeleted()));
    }

    private static ObjectNode reference(PodDocument pod) {
        return Json.object()
                .put("kind", "Pod")
                .put("namespace", pod.name().namespace())
                .put("name", pod.name().name())
                .put("uid", pod.meta().uid());
    }

    /** Those of the service's ports that the pod has; a port by a name that no container gives is left out. */
    private static List<Port> ports(KubeDocument service, PodDocument pod) {
        List<Port> ports = new ArrayList<>();
        for (JsonNode port : service.spec().path(PORTS)) {
            String protocol = port.path("protocol").asText("TCP");
            number(pod, port.path("targetPort"), protocol)
                    .ifPresent(number -> ports.add(new Port(
                            port.path("name").asText(),
                            protocol,
                            number,
                            port.path("appProtocol").asText())));
        }
        return ports;
    }

    private static OptionalInt number(PodDocument pod, JsonNode target, String protocol) {
        String text = target.asText();
        if (text.matches("\\d{1,5}")) {
            return OptionalInt.of(Integer.parseInt(text));
        }
        for (String kind : List.of("containers", "initContainers")) {
            for (JsonNode container : pod.spec().path(kind)) {
                for (JsonNode port : container.path(PORTS)) {
                    boolean isIt = port.path("name").asText().equals(text)
                            && port.path("protocol").asText("TCP").equals(protocol);
                    if (isIt) {
                        return OptionalInt.of(port.path("containerPort").asInt());
                    }
                }
            }
        }
        return OptionalInt.empty();
    }
}
