package dev.gantry.controller.ecs.compile;

import dev.gantry.controller.ecs.document.Refusals;
import org.jspecify.annotations.Nullable;

/** A rule that a task definition must keep, with what the caller is told when it does not. */
final class Rule {

    private Rule() {}

    static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.client(message);
        }
    }

    static void require(boolean holds, String container, String message) {
        require(holds, "Invalid setting for container '" + container + "'. " + message);
    }

    /** The value, which must be there and not be empty. */
    static String present(@Nullable String value, String message) {
        if (value == null || value.isBlank()) {
            throw Refusals.client(message);
        }
        return value;
    }

    static String present(@Nullable String value, String container, String message) {
        return present(value, "Invalid setting for container '" + container + "'. " + message);
    }
}
