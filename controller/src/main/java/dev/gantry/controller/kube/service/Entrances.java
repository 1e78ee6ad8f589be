package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.RouteEntrance;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;

/** Where the load balancer of a service takes requests, as the service's status says; whoever wrote it. */
final class Entrances {

    /** Of an address whose owner hands on to nodes or pods by itself, which nodes do not take. */
    private static final String PROXY = "Proxy";

    private Entrances() {}

    static List<RouteEntrance> of(Snapshot snapshot, KubeDocument service) {
        List<RouteEntrance> entrances = new ArrayList<>();
        if (!service.spec().path("type").asText().equals(Balancing.TYPE)) {
            return entrances;
        }
        for (JsonNode ingress : service.status().at("/loadBalancer/ingress")) {
            String address = ingress.path("ip").asText();
            if (!address.isEmpty() && !ingress.path("ipMode").asText().equals(PROXY)) {
                entrances.add(RouteEntrance.newBuilder()
                        .setAddress(address)
                        .setNode(node(snapshot, address))
                        .build());
            }
        }
        return entrances;
    }

    private static String node(Snapshot snapshot, String address) {
        return snapshot.list(Kinds.NODE).stream()
                .map(Versioned::value)
                .filter(node -> node.getInfo().getAddressesList().contains(address))
                .findFirst()
                .map(node -> node.getId())
                .orElse("");
    }
}
