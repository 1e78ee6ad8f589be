package dev.gantry.controller.kube.networkpolicy;

import dev.gantry.controller.kube.document.Ipv4;
import dev.gantry.controller.resource.Pods;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.KubePod;
import dev.gantry.proto.NamedPort;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Protocol;
import dev.gantry.proto.Workload;
import dev.gantry.store.Versioned;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What policies ask of a pod that has an address of its own. One on the network of its machine is for them a part of the machine.
 *
 * @param address as an unsigned number
 */
record Neighbour(String cluster, String namespace, Map<String, String> labels, long address, List<NamedPort> ports) {

    /** Empty for a pod without an address, and for one that is over: its address may be another's. */
    static Optional<Neighbour> of(Workload workload) {
        boolean isApart = workload.getSpec().getNetwork() != NetworkMode.HOST && !Workloads.isStopped(workload);
        if (!isApart) {
            return Optional.empty();
        }
        return Pods.shown(workload)
                .flatMap(pod -> workload.getObserved().getAddressesList().stream()
                        .map(Ipv4::number)
                        .filter(OptionalInt::isPresent)
                        .findFirst()
                        .map(address -> of(workload, pod, Integer.toUnsignedLong(address.getAsInt()))));
    }

    /** The same for any record, or for none. */
    static Optional<Neighbour> ofAny(@Nullable Versioned<?> record) {
        return record != null && record.value() instanceof Workload workload ? of(workload) : Optional.empty();
    }

    private static Neighbour of(Workload workload, KubePod pod, long address) {
        return new Neighbour(
                pod.getCluster(),
                pod.getNamespace(),
                pod.getLabelsMap(),
                address,
                workload.getSpec().getPod().getNamedPortsList());
    }

    /** The number of the port that it gives the name. */
    OptionalInt port(String name, Protocol protocol) {
        return ports.stream()
                .filter(port -> port.getName().equals(name) && port.getProtocol() == protocol)
                .mapToInt(NamedPort::getPort)
                .findFirst();
    }
}
