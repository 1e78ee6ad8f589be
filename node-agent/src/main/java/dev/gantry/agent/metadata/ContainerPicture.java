package dev.gantry.agent.metadata;

import static dev.gantry.agent.metadata.TaskPicture.put;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gantry.agent.engine.Portrait;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Health;
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.NetworkMode;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** A container as the task's containers see it. Pure. */
final class ContainerPicture {

    private static final String INTERNAL = "dev.gantry.";
    /** What AWS's agent calls the container that holds a task's network. */
    private static final String SANDBOX_NAME = "~internal~ecs~pause";

    private static final int CPU_UNITS_MIN = 2;
    private static final int MIB_SHIFT = 20;
    private static final int ADDRESS_BITS = 32;

    private final TaskPicture task;
    private final String name;
    private final Portrait portrait;
    private final ContainerSpec spec;
    private final ContainerStatus status;
    private final NetworkMode network;

    ContainerPicture(TaskPicture task, String name, Portrait portrait) {
        this.task = task;
        this.name = name;
        this.portrait = portrait;
        this.spec = Sandbox.container(task.tenant().workload(), name).orElse(ContainerSpec.getDefaultInstance());
        this.status = task.tenant().observed().getContainersList().stream()
                .filter(one -> one.getName().equals(name))
                .findFirst()
                .orElse(ContainerStatus.getDefaultInstance());
        this.network = task.tenant().workload().getSpec().getNetwork();
    }

    ObjectNode draw() {
        boolean isSandbox = Sandbox.isNamed(name);
        ObjectNode container = JsonNodeFactory.instance.objectNode();
        container
                .put("DockerId", portrait.id())
                .put("Name", isSandbox ? SANDBOX_NAME : name)
                .put("DockerName", portrait.name())
                .put("Image", spec.getImage())
                .put("ImageID", portrait.imageId());
        ports(container);
        ObjectNode labels = container.putObject("Labels");
        portrait.labels().forEach((key, value) -> {
            if (!key.startsWith(INTERNAL)) {
                labels.put(key, value);
            }
        });
        container.put("DesiredStatus", TaskPicture.desiredStatus(task.tenant())).put("KnownStatus", knownStatus());
        if (knownStatus().equals("STOPPED")) {
            container.put("ExitCode", portrait.exitCode());
        }
        container
                .putObject("Limits")
                .put("CPU", Math.max(CPU_UNITS_MIN, spec.getCpuUnits()))
                .put("Memory", spec.getMemoryLimitBytes() >> MIB_SHIFT);
        put(container, "CreatedAt", portrait.createdAt());
        put(container, "StartedAt", portrait.startedAt());
        put(container, "FinishedAt", portrait.finishedAt());
        container.put("Type", type(isSandbox));
        health(container);
        volumes(container);
        networks(container);
        if (task.version() >= TaskPicture.WITH_NETWORK_DETAILS) {
            newest(container);
        }
        return container;
    }

    private String type(boolean isSandbox) {
        String held = network == NetworkMode.AWSVPC ? "CNI_PAUSE" : "NAMESPACE_PAUSE";
        return isSandbox ? held : "NORMAL";
    }

    /** What only the newest version tells. */
    private void newest(ObjectNode container) {
        put(container, "LogDriver", portrait.log().driver());
        if (!portrait.log().options().isEmpty()) {
            ObjectNode options = container.putObject("LogOptions");
            portrait.log().options().forEach(options::put);
        }
        put(container, "ContainerARN", arn());
        put(container, "Snapshotter", portrait.storage());
        if (spec.getRestartPolicy().getEnabled()) {
            container.put("RestartCount", status.getRestartCount());
        }
    }

    private String knownStatus() {
        return switch (portrait.status()) {
            case "created" -> "CREATED";
            case "running", "paused", "restarting" -> "RUNNING";
            default -> "STOPPED";
        };
    }

    private void ports(ObjectNode container) {
        List<ObjectNode> ports = network == NetworkMode.AWSVPC
                ? spec.getPortsList().stream().map(ContainerPicture::port).toList()
                : status.getBindingsList().stream().map(this::port).toList();
        if (!ports.isEmpty()) {
            container.putArray("Ports").addAll(ports);
        }
    }

    private static ObjectNode port(PortMapping mapping) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("ContainerPort", mapping.getContainerPort())
                .put("Protocol", protocol(mapping.getProtocol()))
                .put("HostPort", mapping.getContainerPort());
    }

    private ObjectNode port(NetworkBinding binding) {
        ObjectNode port = JsonNodeFactory.instance
                .objectNode()
                .put("ContainerPort", binding.getContainerPort())
                .put("Protocol", protocol(binding.getProtocol()))
                .put("HostPort", binding.getHostPort());
        if (task.version() >= TaskPicture.WITH_NETWORK_DETAILS) {
            put(port, "HostIp", binding.getBindIp());
        }
        return port;
    }

    private static String protocol(Protocol protocol) {
        return protocol.name().toLowerCase(Locale.ROOT);
    }

    private void health(ObjectNode container) {
        if (!spec.hasHealthCheck()) {
            return;
        }
        ObjectNode health = container.putObject("Health").put("status", health(status.getHealth()));
        put(health, "statusSince", TaskPicture.time(status.getHealthSinceMs()));
    }

    private static String health(Health health) {
        return health == Health.HEALTHY || health == Health.UNHEALTHY ? health.name() : "UNKNOWN";
    }

    private void volumes(ObjectNode container) {
        if (portrait.volumes().isEmpty()) {
            return;
        }
        ArrayNode volumes = container.putArray("Volumes");
        for (Portrait.Volume volume : portrait.volumes()) {
            ObjectNode one = volumes.addObject();
            put(one, "DockerName", volume.name());
            put(one, "Source", volume.source());
            put(one, "Destination", volume.destination());
        }
    }

    private void networks(ObjectNode container) {
        if (network == NetworkMode.NONE || spec.getDisableNetworking()) {
            return;
        }
        ObjectNode one = container.putArray("Networks").addObject();
        one.put("NetworkMode", network == NetworkMode.NETWORK_MODE_UNSPECIFIED ? "bridge" : mode());
        Optional<Portrait.Attachment> place = place();
        place.ifPresent(attachment -> one.putArray("IPv4Addresses").add(attachment.address()));
        if (task.version() >= TaskPicture.WITH_NETWORK_DETAILS && network == NetworkMode.AWSVPC) {
            place.ifPresent(attachment -> details(one, attachment));
        }
    }

    private String mode() {
        return network.name().toLowerCase(Locale.ROOT);
    }

    /** A task in the mode awsvpc has its address from the container that holds it. */
    private Optional<Portrait.Attachment> place() {
        Portrait holder =
                network == NetworkMode.AWSVPC ? task.portraits().getOrDefault(Sandbox.OF_TASK, portrait) : portrait;
        return holder.attachments().stream()
                .filter(attachment -> !attachment.address().isEmpty())
                .findFirst();
    }

    private void details(ObjectNode network, Portrait.Attachment attachment) {
        network.put("AttachmentIndex", 0);
        put(network, "MACAddress", attachment.hardwareAddress());
        put(network, "IPv4SubnetCIDRBlock", subnet(attachment.address(), attachment.prefix()));
        if (spec.getDnsServersCount() > 0) {
            ArrayNode servers = network.putArray("DomainNameServers");
            spec.getDnsServersList().forEach(servers::add);
        }
        if (spec.getDnsSearchDomainsCount() > 0) {
            ArrayNode domains = network.putArray("DomainNameSearchList");
            spec.getDnsSearchDomainsList().forEach(domains::add);
        }
        if (!attachment.gateway().isEmpty()) {
            network.put("SubnetGatewayIpv4Address", attachment.gateway() + "/" + attachment.prefix());
        }
    }

    static String subnet(String address, int prefix) {
        String[] octets = address.split("\\.");
        if (octets.length != 4) {
            return "";
        }
        int bits = 0;
        for (String octet : octets) {
            bits = bits << 8 | Integer.parseInt(octet);
        }
        int network = prefix == 0 ? 0 : bits & -1 << (ADDRESS_BITS - prefix);
        return (network >>> 24) + "." + (network >>> 16 & 0xff) + "." + (network >>> 8 & 0xff) + "." + (network & 0xff)
                + "/" + prefix;
    }

    /** It follows from task and container as it does in the answers of the API. */
    private String arn() {
        String task = this.task.arn();
        int resource = task.indexOf(":task/");
        if (resource < 0 || Sandbox.isNamed(name)) {
            return "";
        }
        String path = task.substring(resource + ":task/".length());
        UUID id = UUID.nameUUIDFromBytes((path + "/" + name).getBytes(StandardCharsets.UTF_8));
        return task.substring(0, resource) + ":container/" + path + "/" + id;
    }
}
