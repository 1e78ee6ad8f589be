package dev.gantry.agent.usage;

import dev.gantry.proto.ContainerUsage;
import dev.gantry.proto.Measure;
import dev.gantry.proto.Usage;
import dev.gantry.proto.WorkloadUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes of two readings what was used between them. A container that began after the first one is counted from its own beginning, as
 * soon as that was long enough ago to tell anything.
 *
 * @param at         of this reading, by a clock that nobody can set
 * @param machine    what the machine said
 * @param containers what was read of the containers that ran
 */
record Meter(long at, Optional<Reading> machine, Map<Meter.Run, Reading> containers) {

    /** Before anything was read. */
    static final Meter NOTHING = new Meter(0, Optional.empty(), Map.of());

    /** Of a container's very first moments nothing is to be concluded. */
    private static final Duration FRESH_MIN = Duration.ofSeconds(5);

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** One run of a container: what counts from zero. */
    record Run(String engineId, long startedAtMs) {}

    Meter {
        containers = Map.copyOf(containers);
    }

    /**
     * What was used since an earlier reading.
     *
     * @param running   the containers, in the order in which they are told
     * @param now       of this reading
     * @param freshMax  how old a container may be that is counted from its beginning
     */
    Usage since(Meter before, Iterable<Running> running, Instant now, Duration freshMax) {
        Usage.Builder usage = Usage.newBuilder();
        machine.flatMap(here -> before.machine().flatMap(there -> measure(there.cpuNanos(), here, at - before.at())))
                .ifPresent(usage::setNode);
        Map<String, WorkloadUsage.Builder> workloads = new LinkedHashMap<>();
        for (Running container : running) {
            measure(before, container, now, freshMax)
                    .ifPresent(measure -> workloads
                            .computeIfAbsent(
                                    container.scope() + "/" + container.id(),
                                    _ -> WorkloadUsage.newBuilder()
                                            .setScope(container.scope())
                                            .setId(container.id()))
                            .addContainers(ContainerUsage.newBuilder()
                                    .setContainer(container.container())
                                    .setMeasure(measure)));
        }
        workloads.values().forEach(usage::addWorkloads);
        return usage.build();
    }

    private Optional<Measure> measure(Meter before, Running container, Instant now, Duration freshMax) {
        Run run = new Run(container.engineId(), container.startedAtMs());
        Optional<Reading> here = Optional.ofNullable(containers.get(run));
        Optional<Reading> there = Optional.ofNullable(before.containers().get(run));
        if (there.isPresent()) {
            return here.flatMap(found -> measure(there.get().cpuNanos(), found, at - before.at()));
        }
        Duration age = Duration.between(Instant.ofEpochMilli(container.startedAtMs()), now);
        boolean isFresh = age.compareTo(FRESH_MIN) >= 0 && age.compareTo(freshMax) <= 0;
        return here.filter(_ -> isFresh).flatMap(found -> measure(0, found, age.toNanos()));
    }

    /** Nothing when the count went back: then it is of something else than before. */
    private static Optional<Measure> measure(long cpuBefore, Reading here, long nanos) {
        long spent = here.cpuNanos() - cpuBefore;
        if (spent < 0 || nanos < NANOS_PER_MILLI) {
            return Optional.empty();
        }
        return Optional.of(Measure.newBuilder()
                .setCpuNanocores(Math.round((double) spent * NANOS_PER_SECOND / nanos))
                .setMemoryBytes(here.memoryBytes())
                .setWindowMs(nanos / NANOS_PER_MILLI)
                .build());
    }
}
