package dev.gantry.controller.scheduler;

/** What the scheduler decided for a workload. */
public sealed interface Verdict {

    /**
     * It goes to this node.
     *
     * @param nodeEpoch the node's epoch at the decision; a newer one voids it
     */
    record Placed(String nodeId, String nodeName, long nodeEpoch) implements Verdict {}

    /**
     * No node takes it now.
     *
     * @param code ECS's failure reason of the closest node, {@link Unplaced#NO_NODES} when there is
     *     none
     * @param headline ECS's sentence, as in a service's events
     * @param detail the same with numbers, and how many nodes failed on what
     */
    record Unplaced(String code, String headline, String detail) implements Verdict {

        /** ECS's reason when a cluster has no node. */
        public static final String NO_NODES = "NO ACTIVE INSTANCES";

        /** Headline and detail. */
        public String sentence() {
            return headline + " " + detail;
        }
    }
}
