package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.quantity.Quantity;
import java.util.ArrayList;
import java.util.List;

/** The quality of service of a pod, by upstream's rules. */
public final class PodQuality {

    private PodQuality() {}

    public static String of(JsonNode spec) {
        List<Part> containers =
                new ArrayList<>(new Part(spec, "spec").at("containers").items());
        containers.addAll(new Part(spec, "spec").at("initContainers").items());
        boolean none = true;
        boolean all = true;
        for (Part container : containers) {
            for (String resource : new String[] {"cpu", "memory"}) {
                Quantity request = Demands.request(container, resource);
                Quantity limit = Demands.limit(container, resource);
                none &= request.isZero() && limit.isZero();
                all &= !limit.isZero() && request.value().compareTo(limit.value()) == 0;
            }
        }
        if (none) {
            return "BestEffort";
        }
        return all ? "Guaranteed" : "Burstable";
    }
}
