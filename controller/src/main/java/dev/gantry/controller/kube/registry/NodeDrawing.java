package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Readiness;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** A machine as a node of the Kubernetes API. */
final class NodeDrawing {

    private static final int UUID_FIRST = 8;
    private static final int UUID_STEP = 4;
    private static final String PODS_MAX = "110";

    private NodeDrawing() {}

    /** Lower case, as names of nodes are. */
    static String name(Node node) {
        String host = node.getInfo().getName().toLowerCase(Locale.ROOT);
        return host.isEmpty() ? node.getId() : host;
    }

    static ObjectNode of(Node node) {
        NodeInfo said = node.getInfo();
        ObjectNode json = Json.object().put("kind", "Node").put("apiVersion", "v1");
        ObjectNode metadata = json.putObject("metadata");
        metadata.put("name", name(node)).put("uid", uid(node.getId()));
        metadata.put("creationTimestamp", time(node.getRegisteredAtMs()));
        ObjectNode labels = metadata.putObject("labels");
        labels.put("kubernetes.io/hostname", name(node));
        labels.put("kubernetes.io/os", said.getAttributesOrDefault("ecs.os-type", "linux"));
        labels.put("kubernetes.io/arch", architecture(said));
        String zone = said.getAttributesOrDefault("ecs.availability-zone", "");
        if (!zone.isEmpty()) {
            labels.put("topology.kubernetes.io/zone", zone);
        }
        metadata.putObject("annotations").put("gantry.dev/node-id", node.getId());
        ObjectNode spec = json.putObject("spec").put("providerID", "gantry://" + node.getId());
        if (node.getAdministration() == Administration.DRAINING) {
            spec.put("unschedulable", true);
        }
        status(json.putObject("status"), node);
        return json;
    }

    /** The id of a record as a UUID: the same digits, with dashes. */
    static String uid(String id) {
        if (id.length() < 32) {
            return id;
        }
        StringBuilder uid = new StringBuilder(id);
        int at = UUID_FIRST;
        for (int dash = 0; dash < 4; dash++) {
            uid.insert(at, '-');
            at += UUID_STEP + 1;
        }
        return uid.toString();
    }

    private static void status(ObjectNode status, Node node) {
        NodeInfo said = node.getInfo();
        for (String member : new String[] {"capacity", "allocatable"}) {
            status.putObject(member)
                    .put("cpu", cpu(said.getCapacity().getCpuUnits()))
                    .put("memory", said.getCapacity().getMemoryBytes() / 1024 + "Ki")
                    .put("pods", PODS_MAX);
        }
        conditions(status.putArray("conditions"), node);
        ArrayNode addresses = status.putArray("addresses");
        said.getAddressesList()
                .forEach(one -> addresses.addObject().put("type", "InternalIP").put("address", one));
        addresses.addObject().put("type", "Hostname").put("address", name(node));
        status.putObject("nodeInfo")
                .put("machineID", node.getId())
                .put("systemUUID", uid(node.getId()))
                .put("bootID", said.getBootId())
                .put("kernelVersion", "")
                .put("osImage", "Linux")
                .put("containerRuntimeVersion", "docker://" + said.getEngineVersion())
                .put("kubeletVersion", "v1.32.0+gantry-" + said.getAgentVersion())
                .put("kubeProxyVersion", "")
                .put("operatingSystem", "linux")
                .put("architecture", architecture(said));
    }

    private static void conditions(ArrayNode conditions, Node node) {
        boolean isReady = node.getReadiness() == Readiness.READY;
        String since = time(node.getReadinessSinceMs());
        conditions
                .addObject()
                .put("type", "Ready")
                .put("status", isReady ? "True" : node.getReadiness() == Readiness.LOST ? "Unknown" : "False")
                .put("reason", isReady ? "KubeletReady" : "NodeStatusUnknown")
                .put("message", isReady ? "the agent is heard of" : "the agent has gone silent")
                .put("lastHeartbeatTime", since)
                .put("lastTransitionTime", since);
    }

    private static String architecture(NodeInfo said) {
        String of = said.getAttributesOrDefault("ecs.cpu-architecture", "x86_64");
        return of.equals("x86_64") ? "amd64" : of;
    }

    /** 1024 units are one CPU. */
    private static String cpu(long units) {
        return units % 1024 == 0 ? Long.toString(units / 1024) : units * 1000 / 1024 + "m";
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
