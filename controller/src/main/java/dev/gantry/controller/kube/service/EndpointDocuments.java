package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.service.EndpointGroup.Endpoint;
import dev.gantry.controller.kube.service.EndpointGroup.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes down what is behind a service, as upstream's controllers do. */
final class EndpointDocuments {

    static final String OF_SERVICE = "kubernetes.io/service-name";
    static final String MANAGED_BY = "endpointslice.kubernetes.io/managed-by";

    private static final String HEADLESS = "service.kubernetes.io/headless";
    private static final String TRUNCATED = "endpoints.kubernetes.io/over-capacity";
    private static final String LABELS = "labels";
    private static final int PER_SLICE = 100;
    private static final int ADDRESSES_MAX = 1_000;

    private EndpointDocuments() {}

    /** One part of what a slice says. */
    record Content(List<Port> ports, List<Endpoint> endpoints) {}

    /** What the slices of a service say, one of them at least. */
    static List<Content> contents(List<EndpointGroup> groups) {
        List<Content> contents = new ArrayList<>();
        for (EndpointGroup group : groups) {
            for (int from = 0; from < group.endpoints().size(); from += PER_SLICE) {
                int to = Math.min(from + PER_SLICE, group.endpoints().size());
                contents.add(new Content(group.ports(), group.endpoints().subList(from, to)));
            }
        }
        return contents.isEmpty() ? List.of(new Content(List.of(), List.of())) : contents;
    }

    /**
     * @param slice     what it is to be in place of; changed
     * @param managedBy upstream's name of who looks after it
     */
    static ObjectNode slice(ObjectNode slice, KubeDocument service, String managedBy, Content content) {
        ObjectNode labels = labels(slice, service);
        labels.put(OF_SERVICE, service.name().name()).put(MANAGED_BY, managedBy);
        slice.put("addressType", "IPv4");
        ArrayNode ports = slice.putArray("ports");
        content.ports().forEach(port -> ports.add(port.json()));
        ArrayNode endpoints = slice.putArray("endpoints");
        for (Endpoint endpoint : content.endpoints()) {
            ObjectNode json = endpoints.addObject();
            json.putArray("addresses").add(endpoint.address());
            json.putObject("conditions")
                    .put("ready", endpoint.ready())
                    .put("serving", endpoint.serving())
                    .put("terminating", endpoint.terminating());
            about(json, endpoint);
        }
        return slice;
    }

    /** @param endpoints what it is to be in place of; changed */
    static ObjectNode endpoints(ObjectNode endpoints, KubeDocument service, List<EndpointGroup> groups) {
        ObjectNode _ = labels(endpoints, service);
        ArrayNode subsets = Json.object().putArray("subsets");
        int room = ADDRESSES_MAX;
        boolean isWhole = true;
        for (EndpointGroup group : groups) {
            List<Endpoint> shown = group.endpoints()
                    .subList(0, Math.min(room, group.endpoints().size()));
            isWhole &= shown.size() == group.endpoints().size();
            room -= shown.size();
            if (!shown.isEmpty()) {
                subsets.add(subset(group.ports(), shown));
            }
        }
        if (subsets.isEmpty()) {
            endpoints.remove("subsets");
        } else {
            endpoints.set("subsets", subsets);
        }
        ObjectNode annotations = endpoints.withObject("/metadata/annotations");
        if (isWhole) {
            annotations.remove(TRUNCATED);
        } else {
            annotations.put(TRUNCATED, "truncated");
        }
        if (annotations.isEmpty()) {
            endpoints.withObject("/metadata").remove("annotations");
        }
        return endpoints;
    }

    private static ObjectNode subset(List<Port> ports, List<Endpoint> endpoints) {
        ObjectNode subset = Json.object();
        for (Endpoint endpoint : endpoints) {
            ObjectNode address = subset.withArray(endpoint.ready() ? "addresses" : "notReadyAddresses")
                    .addObject()
                    .put("ip", endpoint.address());
            about(address, endpoint);
        }
        for (Port port : ports) {
            ObjectNode json = port.json();
            if (port.name().isEmpty()) {
                json.remove("name");
            }
            subset.withArray("ports").add(json);
        }
        return subset;
    }

    private static void about(ObjectNode json, Endpoint endpoint) {
        if (!endpoint.hostname().isEmpty()) {
            json.put("hostname", endpoint.hostname());
        }
        if (!endpoint.nodeName().isEmpty()) {
            json.put("nodeName", endpoint.nodeName());
        }
        Optional<ObjectNode> pod = endpoint.pod();
        pod.ifPresent(reference -> json.set("targetRef", reference));
    }

    /** Those of the service, and what says that it is headless. */
    private static ObjectNode labels(ObjectNode document, KubeDocument service) {
        ObjectNode labels = Json.object();
        service.meta().labels().forEach(labels::put);
        if (service.spec().path("clusterIP").asText().equals("None")) {
            labels.put(HEADLESS, "");
        }
        document.withObject("/metadata").set(LABELS, labels);
        return labels;
    }
}
