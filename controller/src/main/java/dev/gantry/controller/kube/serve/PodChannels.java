package dev.gantry.controller.kube.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.PodDocument;
import dev.gantry.controller.kube.refusal.KubeRefusal;
import dev.gantry.controller.kube.serve.tunnel.PortConnection;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.PortRequest;
import dev.gantry.proto.Workload;
import dev.gantry.store.Store;
import java.util.ArrayList;
import java.util.List;

/** Finds the pod and the container that a call is about, and opens a side channel to its node. */
final class PodChannels {

    /** A container of a pod that has a node. */
    record Chosen(Workload workload, String container) {

        ContainerSpec spec() {
            return workload.getSpec().getContainersList().stream()
                    .filter(one -> one.getName().equals(container))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no container " + container + " was compiled"));
        }
    }

    private final Store store;
    private final KubeApi.Nodes nodes;

    PodChannels(Store store, KubeApi.Nodes nodes) {
        this.store = store;
        this.nodes = nodes;
    }

    Chosen choose(Call call) {
        PodDocument pod = pod(call);
        String container = container(pod, call.query().text("container"));
        return new Chosen(placed(pod), container);
    }

    /** Opens the way to the ports of the pod. */
    PortConnection.Connector ports(Call call) {
        Workload workload = placed(pod(call));
        return port -> nodes.open(
                workload.getPlacement().getNode(),
                OpenChannel.newBuilder()
                        .setPort(PortRequest.newBuilder()
                                .setScope(workload.getScope())
                                .setWorkloadId(workload.getId())
                                .setPort(port))
                        .build());
    }

    private PodDocument pod(Call call) {
        ObjectName name = call.target().objectName();
        return PodDocument.find(store.snapshot(), name)
                .orElseThrow(() -> KubeRefusal.notFound(name.resource(), name.name()));
    }

    private static Workload placed(PodDocument pod) {
        Workload workload = pod.record().value();
        if (!Workloads.isPlaced(workload)) {
            throw KubeRefusal.badRequest("pod " + pod.name().name() + " does not have a host assigned");
        }
        return workload;
    }

    AgentChannel open(Chosen chosen, OpenChannel request) throws InterruptedException {
        return nodes.open(chosen.workload().getPlacement().getNode(), request);
    }

    private static String container(PodDocument pod, String asked) {
        List<String> names = names(pod.spec().path("containers"));
        List<String> all = new ArrayList<>(names);
        all.addAll(names(pod.spec().path("initContainers")));
        all.addAll(names(pod.spec().path("ephemeralContainers")));
        if (!asked.isEmpty()) {
            if (!all.contains(asked)) {
                throw KubeRefusal.badRequest("container " + asked + " is not valid for pod "
                        + pod.name().name());
            }
            return asked;
        }
        if (names.size() != 1) {
            throw KubeRefusal.badRequest("a container name must be specified for pod "
                    + pod.name().name() + ", choose one of: [" + String.join(" ", names) + "]");
        }
        return names.getFirst();
    }

    private static List<String> names(JsonNode containers) {
        List<String> names = new ArrayList<>();
        containers.forEach(container -> names.add(container.path("name").asText()));
        return names;
    }
}
