package dev.gantry.cli.apply;

import java.util.List;

/** What files declare, in the order in which they say it: objects of the ECS API, and of the Kubernetes API. */
public record Documents(List<Document> ecs, List<Manifest> kubernetes) {

    public Documents {
        ecs = List.copyOf(ecs);
        kubernetes = List.copyOf(kubernetes);
    }

    public boolean isEmpty() {
        return ecs.isEmpty() && kubernetes.isEmpty();
    }
}
