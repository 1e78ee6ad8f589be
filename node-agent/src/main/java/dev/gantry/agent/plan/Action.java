package dev.gantry.agent.plan;

import java.time.Duration;

/** Something to do to a workload on this node. Each action about a container ends in at least one {@link Fact}. */
public sealed interface Action {

    /** Make the container's image present. */
    record Pull(String container) implements Action {}

    /** Stop waiting for the container's image. */
    record Abandon(String container) implements Action {}

    /** Create the container without starting it, because another one takes its volumes. */
    record Create(String container) implements Action {}

    /** Create the container and start it at once. */
    record Launch(String container) implements Action {}

    /** Start a container that exists: for the first time, or again under its restart policy. */
    record Start(String container, String id) implements Action {}

    record Stop(String container, String id, Duration grace) implements Action {}

    /** Read the last lines that the container wrote. */
    record Tail(String container, String id) implements Action {}

    /** Ask the engine what became of a container whose start had no clear answer. */
    record Look(String container) implements Action {}

    /**
     * Ask a running container how it is; ends in {@link Fact.Probed}.
     *
     * @param runMs start of its run, milliseconds since the epoch
     */
    record Ask(String container, String id, ProbeKind kind, long runMs) implements Action {}

    record Remove(String container, String id) implements Action {}

    /** Remove a container that another run follows, and keep what it wrote until that has ended, too. */
    record Replace(String container, String id) implements Action {}

    /** Write anew what changed in the files that a pod's containers have mounted. */
    record Refresh() implements Action {}

    /** Unmount what a pod has of other machines: nothing of it runs any more. */
    record Detach() implements Action {}

    /** Remove what belongs to the workload beside its containers: volumes and its control group. */
    record Clear() implements Action {}
}
