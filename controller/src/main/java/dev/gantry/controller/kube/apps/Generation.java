package dev.gantry.controller.kube.apps;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;

/**
 * A replica set of a deployment, one for each template that it had.
 *
 * @param replicas that it shall have
 * @param actual that it has
 * @param annotatedReplicas of the deployment when it was last scaled; -1 if that is not said
 * @param annotatedMost pods that the deployment might have then; 0 if that is not said
 * @param settled whether its planner has seen what it shall be
 */
record Generation(
        String name,
        int replicas,
        int actual,
        int ready,
        int available,
        int annotatedReplicas,
        int annotatedMost,
        String created,
        long revision,
        boolean settled) {

    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String HISTORY = "deployment.kubernetes.io/revision-history";
    static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
    static final String MOST = "deployment.kubernetes.io/max-replicas";

    static Generation of(KubeDocument set) {
        Meta meta = set.meta();
        return new Generation(
                meta.name(),
                set.spec().path("replicas").asInt(1),
                set.status().path("replicas").asInt(),
                set.status().path("readyReplicas").asInt(),
                set.status().path("availableReplicas").asInt(),
                (int) number(meta, DESIRED, -1),
                (int) number(meta, MOST, 0),
                meta.json().path("creationTimestamp").asText(),
                number(meta, REVISION, 0),
                set.status().path("observedGeneration").asLong() >= meta.generation() && !meta.isDeleted());
    }

    /** What it has and what it may still make: between its being scaled down and its doing so it has more than it shall. */
    int most() {
        return Math.max(replicas, actual);
    }

    /** How many of those that are available stay when it has become as large as it shall be; it gives up others first. */
    int lasting() {
        return Math.min(replicas, available);
    }

    boolean isActive() {
        return replicas > 0;
    }

    static long number(Meta meta, String annotation, long otherwise) {
        String text = meta.annotations().getOrDefault(annotation, "");
        return text.matches("\\d{1,9}") ? Long.parseLong(text) : otherwise;
    }
}
