package dev.gantry.controller.kube.service;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.ApiService;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.service.EndpointGroup.Endpoint;
import dev.gantry.controller.kube.service.EndpointGroup.Port;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.RouteEntrance;
import dev.gantry.proto.RouteHost;
import dev.gantry.proto.RoutePort;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Turns a service and what is behind it into what the nodes read. */
final class RouteCompiler {

    private static final String LOCAL = "Local";

    private final KubeDocument service;
    private final List<EndpointGroup> groups;
    private final List<RouteEntrance> entrances;
    private final boolean isLocal;

    private RouteCompiler(KubeDocument service, List<EndpointGroup> groups, List<RouteEntrance> entrances) {
        this.service = service;
        this.groups = groups;
        this.entrances = entrances;
        this.isLocal = policy("internalTrafficPolicy") || policy("externalTrafficPolicy");
    }

    /** @param entrances of its load balancer */
    static ServiceRoute compile(KubeDocument service, List<EndpointGroup> groups, List<RouteEntrance> entrances) {
        return new RouteCompiler(service, groups, entrances).route();
    }

    private ServiceRoute route() {
        JsonNode spec = service.spec();
        ServiceRoute.Builder route = ServiceRoute.newBuilder()
                .setCluster(service.name().cluster())
                .setNamespace(service.name().namespace())
                .setName(service.name().name())
                .setRelayed(service.name().equals(ApiService.NAME));
        if (spec.path("type").asText().equals("ExternalName")) {
            return route.setCanonicalName(spec.path("externalName").asText()).build();
        }
        boolean isHeadless = spec.path("clusterIP").asText().equals("None");
        if (isHeadless) {
            route.addAllHosts(hosts());
        } else {
            route.setAddress(spec.path("clusterIP").asText())
                    .addAllExternalAddresses(Json.texts(spec.path("externalIPs")))
                    .addAllEntrances(entrances)
                    .addAllEntranceSources(Json.texts(spec.path("loadBalancerSourceRanges")).stream()
                            .map(String::trim)
                            .toList())
                    .setSticky(spec.path("sessionAffinity").asText().equals("ClientIP"))
                    .setLocalInside(policy("internalTrafficPolicy"))
                    .setLocalOutside(policy("externalTrafficPolicy"));
        }
        for (JsonNode port : spec.path("ports")) {
            // The kernel rules know no SCTP yet.
            if (!port.path("protocol").asText().equals("SCTP")) {
                route.addPorts(port(port));
            }
        }
        return route.build();
    }

    private boolean policy(String name) {
        return service.spec().path(name).asText().equals(LOCAL);
    }

    private RoutePort port(JsonNode port) {
        String name = port.path("name").asText();
        String protocol = port.path("protocol").asText("TCP");
        RoutePort.Builder built = RoutePort.newBuilder()
                .setName(name)
                .setProtocol(protocol.equals("UDP") ? Protocol.UDP : Protocol.TCP)
                .setPort(port.path("port").asInt())
                .setNodePort(port.path("nodePort").asInt());
        // The slices of a service that was deleted may still be there beside those of its successor.
        Set<RouteTarget> targets = new LinkedHashSet<>();
        for (EndpointGroup group : groups) {
            for (Port of : group.ports()) {
                if (of.name().equals(name) && of.protocol().equals(protocol)) {
                    used(group)
                            .forEach(endpoint -> targets.add(RouteTarget.newBuilder()
                                    .setAddress(endpoint.address())
                                    .setPort(of.number())
                                    .setNode(isLocal ? endpoint.node() : "")
                                    .build()));
                }
            }
        }
        built.addAllTargets(targets);
        return built.build();
    }

    private List<RouteHost> hosts() {
        List<RouteHost> hosts = new ArrayList<>();
        for (EndpointGroup group : groups) {
            used(group)
                    .forEach(endpoint -> hosts.add(RouteHost.newBuilder()
                            .setAddress(endpoint.address())
                            .setHostname(endpoint.hostname())
                            .build()));
        }
        return hosts.stream().distinct().toList();
    }

    private List<Endpoint> used(EndpointGroup group) {
        return group.endpoints().stream()
                .filter(endpoint -> EndpointGroup.isUsed(groups, endpoint))
                .toList();
    }
}
