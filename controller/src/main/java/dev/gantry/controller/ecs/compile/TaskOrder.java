package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.PlacementConstraint;
import dev.gantry.aws.ecs.PlacementStrategy;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.proto.EcsTask;
import java.util.List;

/**
 * A task that somebody wants, before it is compiled.
 *
 * @param id         32 hexadecimal digits, unique within the cluster
 * @param owner      path of the record that makes it; empty for a standalone task
 * @param origin     who asked for it and how, stored with the workload
 * @param definition valid, with its defaults and with the overrides applied
 * @param node       id of the one node that is allowed; empty for any
 * @param singleton  whether it must not run beside another of its owner
 */
public record TaskOrder(
        String cluster,
        String id,
        String owner,
        EcsTask origin,
        RegisterTaskDefinitionRequest definition,
        List<PlacementConstraint> constraints,
        List<PlacementStrategy> strategies,
        String node,
        boolean singleton) {}
