package dev.gantry.controller;

import dev.gantry.controller.ecs.SpotInterruptions;
import dev.gantry.controller.operations.Interruptions;
import java.util.List;

/** Interrupts what ECS knows of spot capacity, for operators. */
record SpotAnswers(SpotInterruptions spot) implements Interruptions {

    @Override
    public List<String> ofTask(String cluster, String task) throws InterruptedException {
        return spot.ofTask(cluster, task);
    }

    @Override
    public List<String> ofNode(String cluster, String node) throws InterruptedException {
        return spot.ofNode(cluster, node);
    }
}
