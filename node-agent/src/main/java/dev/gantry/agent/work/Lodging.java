package dev.gantry.agent.work;

import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.NetworkMode;
import java.util.Optional;

/** Describes pods for whoever guards them. Pure. */
final class Lodging {

    private Lodging() {}

    /** Without an address; empty for what is no pod, and for one on the machine's own network. */
    static Optional<LocalPod> of(DesiredWorkload workload) {
        boolean isApart = workload.getSpec().hasPod() && workload.getSpec().getNetwork() != NetworkMode.HOST;
        return Names.namespace(workload)
                .filter(_ -> isApart)
                .map(namespace -> LocalPod.newBuilder()
                        .setCluster(namespace.cluster())
                        .setNamespace(namespace.name())
                        .putAllLabels(workload.getLabelsMap())
                        .addAllPorts(workload.getSpec().getPod().getNamedPortsList())
                        .build());
    }

    /** With the address that the container has that holds its network; empty while that has none. */
    static Optional<LocalPod> of(DesiredWorkload workload, Optional<ObservedContainer> sandbox) {
        return sandbox.filter(ObservedContainer::isRunning)
                .flatMap(seen -> seen.addresses().stream()
                        .filter(address -> !address.contains(":"))
                        .findFirst()
                        .flatMap(address -> of(workload)
                                .map(pod -> pod.toBuilder().setAddress(address).build())));
    }
}
