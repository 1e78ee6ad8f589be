package dev.gantry.controller.ecs;

import dev.gantry.proto.Node;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.util.function.Predicate;

/** Reads the cluster query language. */
public interface NodeFilter {

    /**
     * Which nodes an expression selects.
     *
     * @throws dev.gantry.controller.aws.AwsException InvalidParameterException when the text is not an expression
     */
    Predicate<Versioned<Node>> parse(Snapshot snapshot, String expression);
}
