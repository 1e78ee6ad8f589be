package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.NetworkBinding;
import dev.gantry.proto.Protocol;
import java.util.List;

/** Where a container's ports are reached. */
final class NetworkBindings {

    private NetworkBindings() {}

    static List<NetworkBinding> of(List<dev.gantry.proto.NetworkBinding> bindings) {
        return bindings.stream()
                .map(binding -> NetworkBinding.builder()
                        .bindIP(binding.getBindIp())
                        .containerPort(binding.getContainerPort())
                        .hostPort(binding.getHostPort())
                        .protocol(binding.getProtocol() == Protocol.UDP ? "udp" : "tcp")
                        .build())
                .toList();
    }
}
