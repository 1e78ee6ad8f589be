package dev.gantry.controller.ecs.capacity;

import dev.gantry.aws.ecs.ManagedScaling;
import dev.gantry.proto.CapacityScaling;
import dev.gantry.proto.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How much of a group of machines its tasks need (ECS developer guide, cluster auto scaling): above the target more machines
 * are wanted at once, below it fewer after a while.
 *
 * @param busy nodes with tasks
 * @param idle nodes without
 * @param machine what a new machine would have: the smallest there is; empty while there is none
 * @param waiting what tasks need that have no node
 */
record Reservation(int busy, int idle, Optional<Resources> machine, List<Resources> waiting) {

    /** How long there must have been too many before there are fewer. */
    static final Duration SCALE_IN_AFTER = Duration.ofMinutes(15);

    private static final int EVEN = 100;
    /** Of a group without machines whose tasks wait. */
    private static final int STARVED = 200;

    /** What follows from it, after what followed before. */
    CapacityScaling scaling(ManagedScaling settings, CapacityScaling before, Instant now) {
        int registered = busy + idle;
        int needed = busy + more();
        int target = settings.targetCapacity() == null ? EVEN : settings.targetCapacity();
        int ideal = Math.ceilDiv(needed * EVEN, target);
        CapacityScaling.Builder scaling = CapacityScaling.newBuilder()
                .setRegistered(registered)
                .setNeeded(needed)
                .setReservationPercent(percent(needed, registered))
                .setDesired(registered);
        if (ideal > registered) {
            int step = Math.clamp(
                    ideal - registered,
                    orElse(settings.minimumScalingStepSize(), 1),
                    orElse(settings.maximumScalingStepSize(), 10_000));
            return scaling.setDesired(registered + step).build();
        }
        if (ideal == registered) {
            return scaling.build();
        }
        long since = before.getSurplusSinceMs() == 0 ? now.toEpochMilli() : before.getSurplusSinceMs();
        boolean isLasting = now.toEpochMilli() >= since + SCALE_IN_AFTER.toMillis();
        return scaling.setSurplusSinceMs(since)
                .setDesired(isLasting ? ideal : registered)
                .build();
    }

    private static int percent(int needed, int registered) {
        if (registered == 0) {
            return needed == 0 ? EVEN : STARVED;
        }
        return Math.ceilDiv(needed * EVEN, registered);
    }

    /** Machines for those that wait, packed with the largest first; what is too large for any does not count. */
    private int more() {
        if (machine.isEmpty()) {
            return waiting.isEmpty() ? 0 : 1;
        }
        Resources size = machine.get();
        List<long[]> machines = new ArrayList<>();
        waiting.stream()
                .filter(task -> fits(task, size.getCpuUnits(), size.getMemoryBytes()))
                .sorted(Comparator.comparingLong(Resources::getMemoryBytes)
                        .thenComparingLong(Resources::getCpuUnits)
                        .reversed())
                .forEach(task -> put(task, machines, size));
        return machines.size();
    }

    private static void put(Resources task, List<long[]> machines, Resources size) {
        long[] room = machines.stream()
                .filter(free -> fits(task, free[0], free[1]))
                .findFirst()
                .orElseGet(() -> {
                    long[] fresh = {size.getCpuUnits(), size.getMemoryBytes()};
                    machines.add(fresh);
                    return fresh;
                });
        room[0] -= task.getCpuUnits();
        room[1] -= task.getMemoryBytes();
    }

    private static boolean fits(Resources task, long cpu, long memory) {
        return task.getCpuUnits() <= cpu && task.getMemoryBytes() <= memory;
    }

    private static int orElse(@org.jspecify.annotations.Nullable Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }
}
