package dev.gantry.controller.ecs.compile;

import static dev.gantry.controller.ecs.compile.Rule.require;

import org.jspecify.annotations.Nullable;

/** Hard and soft memory limits of one container, in MiB. */
final class MemoryRules {

    /** Docker refuses less. */
    private static final int LIMIT_MIB_MIN = 6;

    private MemoryRules() {}

    static void check(String container, @Nullable Integer limit, @Nullable Integer reservation, long taskMib) {
        require(
                limit != null || reservation != null || taskMib > 0,
                container,
                "At least one of 'memory' or 'memoryReservation' must be specified.");
        require(
                limit == null || limit >= LIMIT_MIB_MIN,
                container,
                "The 'memory' value must be at least " + LIMIT_MIB_MIN + " MiB.");
        require(
                reservation == null || reservation >= LIMIT_MIB_MIN,
                container,
                "The 'memoryReservation' value must be at least " + LIMIT_MIB_MIN + " MiB.");
        require(
                limit == null || reservation == null || reservation <= limit,
                container,
                "The 'memory' value must be greater than or equal to the 'memoryReservation' value.");
        require(
                taskMib == 0 || limit == null || limit <= taskMib,
                container,
                "The 'memory' value is greater than the task's 'memory' value of " + taskMib + " MiB.");
    }

    /** What placement sets aside: the reservation if there is one, else the limit. */
    static long reservedMib(@Nullable Integer limit, @Nullable Integer reservation) {
        return reservation != null ? reservation : limit != null ? limit : 0;
    }
}
