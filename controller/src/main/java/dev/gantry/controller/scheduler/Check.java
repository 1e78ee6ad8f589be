package dev.gantry.controller.scheduler;

import dev.gantry.controller.scheduler.Reason.Filter;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One question to a node.
 *
 * @param lasting whether the answer depends on the node's record only, not on what runs there
 * @param text called only where text is wanted, for a node that was not admitted
 */
record Check(
        boolean lasting, Filter filter, String code, Predicate<NodeState> admits, Function<NodeState, String> text) {

    Reason reason(NodeState node) {
        return new Reason(filter, code, text.apply(node));
    }
}
