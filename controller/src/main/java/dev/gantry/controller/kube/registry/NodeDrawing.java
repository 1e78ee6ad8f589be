package dev.gantry.controller.kube.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.kube.document.NodeNames;
import dev.gantry.controller.kube.document.Times;
import dev.gantry.controller.kube.document.Uids;
import dev.gantry.proto.Administration;
import dev.gantry.proto.Node;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Taint;
import java.util.Map;
import java.util.TreeMap;

/** A machine as a node of the Kubernetes API. */
final class NodeDrawing {

    private static final String LABEL_NAME =
            "([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
    private static final String LABEL_VALUE = "([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?";

    private static final String PODS_MAX = "110";

    private NodeDrawing() {}

    static String name(Node node) {
        return NodeNames.of(node);
    }

    static ObjectNode of(Node node) {
        NodeInfo said = node.getInfo();
        ObjectNode json = Json.object().put("kind", "Node").put("apiVersion", "v1");
        ObjectNode metadata = json.putObject("metadata");
        metadata.put("name", name(node)).put("uid", Uids.of(node.getId()));
        metadata.put("creationTimestamp", Times.text(node.getRegisteredAtMs()));
        ObjectNode labels = metadata.putObject("labels");
        labels.put("kubernetes.io/hostname", name(node));
        labels.put("kubernetes.io/os", said.getAttributesOrDefault("ecs.os-type", "linux"));
        labels.put("kubernetes.io/arch", architecture(said));
        String zone = said.getAttributesOrDefault("ecs.availability-zone", "");
        if (!zone.isEmpty()) {
            labels.put("topology.kubernetes.io/zone", zone);
        }
        userLabels(node).forEach(labels::put);
        metadata.putObject("annotations").put("gantry.dev/node-id", node.getId());
        ObjectNode spec = json.putObject("spec").put("providerID", "gantry://" + node.getId());
        if (node.getAdministration() == Administration.DRAINING || node.getCordoned()) {
            spec.put("unschedulable", true);
        }
        if (!node.getSubnet().isEmpty()) {
            spec.put("podCIDR", node.getSubnet()).putArray("podCIDRs").add(node.getSubnet());
        }
        for (Taint taint : node.getTaintsList()) {
            ObjectNode drawn = spec.withArray("taints").addObject().put("key", taint.getKey());
            if (!taint.getValue().isEmpty()) {
                drawn.put("value", taint.getValue());
            }
            drawn.put("effect", taint.getEffect());
            if (taint.getAddedAtMs() > 0) {
                drawn.put("timeAdded", Times.text(taint.getAddedAtMs()));
            }
        }
        status(json.putObject("status"), node);
        return json;
    }

    /** Attributes that users gave it, by this API or that of ECS, as far as they can be labels. */
    static Map<String, String> userLabels(Node node) {
        Map<String, String> labels = new TreeMap<>();
        node.getAttributesMap().forEach((name, value) -> {
            if (name.matches(LABEL_NAME) && value.matches(LABEL_VALUE)) {
                labels.put(name, value);
            }
        });
        return labels;
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
                .put("systemUUID", Uids.of(node.getId()))
                .put("bootID", said.getBootId())
                .put("kernelVersion", said.getKernelVersion())
                .put("osImage", said.getOperatingSystem().isEmpty() ? "Linux" : said.getOperatingSystem())
                .put("containerRuntimeVersion", "docker://" + said.getEngineVersion())
                .put("kubeletVersion", "v1.32.0+gantry-" + said.getAgentVersion())
                .put("kubeProxyVersion", "")
                .put("operatingSystem", "linux")
                .put("architecture", architecture(said));
    }

    private static void conditions(ArrayNode conditions, Node node) {
        boolean isReady = node.getReadiness() == Readiness.READY;
        String since = Times.text(node.getReadinessSinceMs());
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
}
