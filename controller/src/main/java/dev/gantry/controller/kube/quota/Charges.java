package dev.gantry.controller.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.document.ObjectName;
import dev.gantry.controller.kube.document.ResourceName;
import dev.gantry.controller.kube.document.VolumeNames;
import dev.gantry.controller.kube.quantity.Amounts;
import dev.gantry.controller.kube.quantity.Quantity;
import java.util.Optional;
import java.util.Set;

/** What objects are charged that are no pods. */
final class Charges {

    static final ResourceName SERVICES = ResourceName.core("services");
    private static final String COUNT = "count/";
    private static final String PORTS = "services.nodeports";
    private static final String BALANCERS = "services.loadbalancers";
    private static final String STORAGE = "requests.storage";
    private static final String OF_CLASS = ".storageclass.storage.k8s.io/";

    /** Counted by their bare names as well. */
    private static final Set<String> BARE = Set.of(
            "configmaps", "persistentvolumeclaims", "replicationcontrollers", "resourcequotas", "secrets", "services");

    private Charges() {}

    static Amounts of(ObjectName name, JsonNode object) {
        ResourceName resource = name.resource();
        if (resource.plural().equals(ResourceName.EVENTS.plural())) {
            // Upstream does not count what is told of others.
            return Amounts.NONE;
        }
        Amounts amounts = Amounts.NONE.with(COUNT + resource, Quantity.of(1));
        if (resource.group().isEmpty() && BARE.contains(resource.plural())) {
            amounts = amounts.with(resource.plural(), Quantity.of(1));
        }
        if (resource.equals(SERVICES)) {
            return amounts.plus(ofService(object.path("spec")));
        }
        return resource.equals(VolumeNames.CLAIMS) ? amounts.plus(ofClaim(object)) : amounts;
    }

    /** Whether the amount is in the documents of objects, and not in their number. */
    static Optional<ResourceName> readFrom(String resource) {
        if (resource.equals(PORTS) || resource.equals(BALANCERS)) {
            return Optional.of(SERVICES);
        }
        boolean isOfClaims = resource.equals(STORAGE) || resource.contains(OF_CLASS);
        return isOfClaims ? Optional.of(VolumeNames.CLAIMS) : Optional.empty();
    }

    /** Whose number the amount is. */
    static Optional<ResourceName> counted(String resource) {
        if (BARE.contains(resource)) {
            return Optional.of(ResourceName.core(resource));
        }
        if (!resource.startsWith(COUNT)) {
            return Optional.empty();
        }
        String[] words = resource.substring(COUNT.length()).split("\\.", 2);
        return Optional.of(new ResourceName(words.length == 1 ? "" : words[1], words[0]))
                .filter(name -> !name.plural().equals(ResourceName.EVENTS.plural()));
    }

    private static Amounts ofService(JsonNode spec) {
        int ports = spec.path("ports").size();
        return switch (spec.path("type").asText()) {
            case "NodePort" -> Amounts.NONE.with(PORTS, Quantity.of(ports));
            case "LoadBalancer" -> {
                boolean hasAll = spec.path("allocateLoadBalancerNodePorts").asBoolean(true);
                long own = spec.path("ports")
                        .valueStream()
                        .filter(port -> port.path("nodePort").asInt() != 0)
                        .count();
                yield Amounts.NONE
                        .with(PORTS, Quantity.of(hasAll ? ports : own))
                        .with(BALANCERS, Quantity.of(1));
            }
            default -> Amounts.NONE;
        };
    }

    private static Amounts ofClaim(JsonNode claim) {
        JsonNode spec = claim.path("spec");
        Quantity storage = Amounts.read(spec.path("resources").path("requests")).get("storage");
        // Who names no class gets this one a moment later.
        String storageClass = spec.path("storageClassName").asText(VolumeNames.CLASS);
        Amounts amounts = Amounts.NONE.with(STORAGE, storage);
        return storageClass.isEmpty()
                ? amounts
                : amounts.with(storageClass + OF_CLASS + STORAGE, storage)
                        .with(storageClass + OF_CLASS + VolumeNames.CLAIMS.plural(), Quantity.of(1));
    }
}
