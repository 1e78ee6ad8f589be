package dev.gantry.controller.operations;

import java.util.List;

/** Takes back capacity that was given on the condition that it may be. */
public interface Interruptions {

    /**
     * Of one task.
     *
     * @return the ids of the tasks that were asked to stop
     */
    List<String> ofTask(String cluster, String task) throws InterruptedException;

    /** Of a node, which takes nothing new from now on. */
    List<String> ofNode(String cluster, String node) throws InterruptedException;
}
