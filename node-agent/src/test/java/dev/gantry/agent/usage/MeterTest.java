package dev.gantry.agent.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.proto.ContainerUsage;
import dev.gantry.proto.Measure;
import dev.gantry.proto.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeterTest {

    private static final long SECOND = 1_000_000_000;
    private static final Duration FRESH = Duration.ofSeconds(15);
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final Running OLD = container("old", NOW.minusSeconds(1_000));

    private static Running container(String name, Instant started) {
        return new Running("scope", "id", name, "engine-" + name, started.toEpochMilli(), "group");
    }

    private static Meter.Run run(Running container) {
        return new Meter.Run(container.engineId(), container.startedAtMs());
    }

    private static Meter at(long seconds, Map<Meter.Run, Reading> containers) {
        return new Meter(seconds * SECOND, Optional.empty(), containers);
    }

    private static Measure measure(long nanocores, long bytes, long windowMs) {
        return Measure.newBuilder()
                .setCpuNanocores(nanocores)
                .setMemoryBytes(bytes)
                .setWindowMs(windowMs)
                .build();
    }

    private static List<ContainerUsage> containers(Usage usage) {
        return usage.getWorkloadsList().stream()
                .flatMap(workload -> workload.getContainersList().stream())
                .toList();
    }

    @Test
    void tellsWhatWasUsedBetweenTwoReadings() {
        Meter before = at(100, Map.of(run(OLD), new Reading(5 * SECOND, 10)));
        Meter here = at(110, Map.of(run(OLD), new Reading(8 * SECOND, 20)));
        assertThat(containers(here.since(before, List.of(OLD), NOW, FRESH)))
                .containsExactly(ContainerUsage.newBuilder()
                        .setContainer("old")
                        .setMeasure(measure(SECOND * 3 / 10, 20, 10_000))
                        .build());
    }

    @Test
    void tellsNothingOfAnOldContainerThatWasReadOnce() {
        Meter here = at(110, Map.of(run(OLD), new Reading(8 * SECOND, 20)));
        assertThat(containers(here.since(Meter.NOTHING, List.of(OLD), NOW, FRESH)))
                .isEmpty();
    }

    @Test
    void countsAFreshContainerFromItsBeginning() {
        Running fresh = container("fresh", NOW.minusSeconds(10));
        Running newborn = container("newborn", NOW.minusSeconds(1));
        Meter here = at(110, Map.of(run(fresh), new Reading(SECOND, 20), run(newborn), new Reading(SECOND, 20)));
        assertThat(containers(here.since(at(95, Map.of()), List.of(fresh, newborn), NOW, FRESH)))
                .containsExactly(ContainerUsage.newBuilder()
                        .setContainer("fresh")
                        .setMeasure(measure(SECOND / 10, 20, 10_000))
                        .build());
    }

    @Test
    void doesNotTakeTheCountOfARunForThatOfTheOneBefore() {
        Running again = new Running(
                "scope", "id", "old", OLD.engineId(), NOW.minusSeconds(2).toEpochMilli(), "group");
        Meter before = at(100, Map.of(run(OLD), new Reading(5 * SECOND, 10)));
        Meter here = at(115, Map.of(run(again), new Reading(6 * SECOND, 10)));
        assertThat(containers(here.since(before, List.of(again), NOW, FRESH))).isEmpty();
    }

    @Test
    void tellsOfTheMachineToo() {
        Meter before = new Meter(100 * SECOND, Optional.of(new Reading(50 * SECOND, 1)), Map.of());
        Meter here = new Meter(115 * SECOND, Optional.of(new Reading(80 * SECOND, 7)), Map.of());
        assertThat(here.since(before, List.of(), NOW, FRESH).getNode()).isEqualTo(measure(2 * SECOND, 7, 15_000));
    }
}
