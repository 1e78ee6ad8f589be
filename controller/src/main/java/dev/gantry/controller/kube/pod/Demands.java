package dev.gantry.controller.kube.pod;

import dev.gantry.controller.kube.quantity.Quantity;
import dev.gantry.proto.Resources;
import java.util.List;
import java.util.Set;

/** What a pod asks of a node: the most that its containers need at one time. */
final class Demands {

    private static final Set<String> KNOWN = Set.of("cpu", "memory");

    private Demands() {}

    /** What a container asks for; its limits where it asks for nothing. */
    static Quantity request(Part container, String resource) {
        Part resources = container.at("resources");
        String request = resources.at("requests").text(resource);
        return Quantity.parse(request.isEmpty() ? resources.at("limits").text(resource, "0") : request);
    }

    static Quantity limit(Part container, String resource) {
        return Quantity.parse(container.at("resources").at("limits").text(resource, "0"));
    }

    static void check(Part container) {
        Part resources = container.at("resources");
        resources.only(Set.of("limits", "requests"));
        resources.at("limits").only(KNOWN);
        resources.at("requests").only(KNOWN);
    }

    static Resources.Builder of(Part spec) {
        return Resources.newBuilder().setCpuUnits(most(spec, "cpu")).setMemoryBytes(most(spec, "memory"));
    }

    /** Init containers run one after another beside the sidecars before them, and then all others at once. */
    private static long most(Part spec, String resource) {
        long sidecars = 0;
        long most = 0;
        for (Part init : spec.at("initContainers").items()) {
            long asked = asked(init, resource);
            if (isSidecar(init)) {
                sidecars += asked;
                most = Math.max(most, sidecars);
            } else {
                most = Math.max(most, sidecars + asked);
            }
        }
        List<Part> containers = spec.at("containers").items();
        long together = containers.stream()
                .mapToLong(container -> asked(container, resource))
                .sum();
        return Math.max(most, together + sidecars);
    }

    static boolean isSidecar(Part init) {
        return init.text("restartPolicy").equals("Always");
    }

    private static long asked(Part container, String resource) {
        Quantity request = request(container, resource);
        return resource.equals("cpu") ? request.cpuUnits() : request.units();
    }
}
