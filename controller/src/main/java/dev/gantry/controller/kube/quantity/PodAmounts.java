package dev.gantry.controller.kube.quantity;

import com.fasterxml.jackson.databind.JsonNode;

/** What a pod asks for, and what it may use at most: the most that its containers do at one time. */
public record PodAmounts(Amounts requests, Amounts limits) {

    /** @param spec of the pod; refused when it names amounts that are none */
    public static PodAmounts of(JsonNode spec) {
        return new PodAmounts(most(spec, "requests"), most(spec, "limits"));
    }

    /** Init containers run one after another beside the sidecars before them, and then all others at once. */
    private static Amounts most(JsonNode spec, String which) {
        Amounts sidecars = Amounts.NONE;
        Amounts most = Amounts.NONE;
        for (JsonNode init : spec.path("initContainers")) {
            Amounts own = Amounts.read(init.path("resources").path(which));
            if (init.path("restartPolicy").asText().equals("Always")) {
                sidecars = sidecars.plus(own);
                most = most.max(sidecars);
            } else {
                most = most.max(sidecars.plus(own));
            }
        }
        Amounts together = sidecars;
        for (JsonNode container : spec.path("containers")) {
            together = together.plus(Amounts.read(container.path("resources").path(which)));
        }
        return most.max(together);
    }
}
