package dev.gantry.controller.ecs.view;

import dev.gantry.aws.ecs.Attachment;
import dev.gantry.aws.ecs.KeyValuePair;
import dev.gantry.aws.ecs.NetworkInterface;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.Workload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The network interface of a task in the network mode awsvpc, as its task and each of its containers show it. */
record Interfaces(Workload workload, EcsTask origin) {

    private static final int INTERFACE_DIGITS = 17;

    private boolean isThere() {
        return workload.getSpec().getNetwork() == NetworkMode.AWSVPC;
    }

    private Optional<String> address() {
        return workload.getObserved().getAddressesList().stream()
                .filter(address -> !address.contains(":"))
                .findFirst();
    }

    List<Attachment> attachments() {
        if (!isThere()) {
            return List.of();
        }
        List<KeyValuePair> details = new ArrayList<>();
        origin.getSubnetsList().stream().limit(1).forEach(subnet -> details.add(detail("subnetId", subnet)));
        details.add(detail(
                "networkInterfaceId",
                "eni-"
                        + workload.getId()
                                .substring(
                                        0,
                                        Math.min(
                                                INTERFACE_DIGITS,
                                                workload.getId().length()))));
        address().ifPresent(address -> details.add(detail("privateIPv4Address", address)));
        return List.of(Attachment.builder()
                .id(id())
                .type("ElasticNetworkInterface")
                .status(status())
                .details(details)
                .build());
    }

    private String status() {
        if (Workloads.isStopped(workload)) {
            return "DELETED";
        }
        return address().isPresent() ? "ATTACHED" : Workloads.isPlaced(workload) ? "ATTACHING" : "PRECREATED";
    }

    List<NetworkInterface> interfaces() {
        return isThere()
                ? address()
                        .map(address -> List.of(NetworkInterface.builder()
                                .attachmentId(id())
                                .privateIpv4Address(address)
                                .build()))
                        .orElse(List.of())
                : List.of();
    }

    private String id() {
        return UUID.nameUUIDFromBytes(("eni/" + workload.getId()).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private static KeyValuePair detail(String name, String value) {
        return KeyValuePair.builder().name(name).value(value).build();
    }
}
