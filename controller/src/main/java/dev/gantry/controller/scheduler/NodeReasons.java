package dev.gantry.controller.scheduler;

import java.util.List;

/**
 * What one node says to one workload.
 *
 * @param reasons empty when the node could take it
 */
public record NodeReasons(String nodeId, String nodeName, List<Reason> reasons) {

    public NodeReasons {
        reasons = List.copyOf(reasons);
    }
}
