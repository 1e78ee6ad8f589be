package dev.gantry.controller.dispatch;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Readiness;
import dev.gantry.store.Store;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What is counted at the link; no label grows with the number of nodes. */
final class DispatchMetrics {

    private final Counter reports;
    private final Timer flushes;

    DispatchMetrics(MeterRegistry registry) {
        reports = Counter.builder("gantry.agent.reports")
                .description("Reports on workloads received from agents")
                .register(registry);
        flushes = Timer.builder("gantry.agent.report.flush")
                .description("Time from taking a batch of reports to its commit")
                .register(registry);
    }

    /** Work that may be interrupted. */
    interface Flush<T> {
        T run() throws InterruptedException;
    }

    void reported(int count) {
        reports.increment(count);
    }

    <T> T flush(Flush<T> flush) throws InterruptedException {
        long start = System.nanoTime();
        try {
            return flush.run();
        } finally {
            flushes.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    static void watch(MeterRegistry registry, Store store, Sessions sessions, Watched watched) {
        Gauge.builder("gantry.agent.sessions", sessions, Sessions::count)
                .description("Agents connected to this controller")
                .register(registry);
        Gauge.builder("gantry.agent.heartbeat.age.max", watched, Watched::oldestSeconds)
                .description("Age of the oldest heartbeat among the nodes heard of")
                .baseUnit("seconds")
                .register(registry);
        for (Readiness readiness : List.of(Readiness.READY, Readiness.UNREACHABLE, Readiness.LOST)) {
            Gauge.builder("gantry.nodes", store, from -> count(from, readiness))
                    .description("Nodes by whether they are heard of")
                    .tag("readiness", readiness.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    /** Heartbeats and the clock that tells their age. */
    record Watched(Heartbeats heartbeats, InstantSource clock) {
        double oldestSeconds() {
            return heartbeats.oldest(clock.instant()).toMillis() / 1000.0;
        }
    }

    private static double count(Store store, Readiness readiness) {
        return store.snapshot().list(Kinds.NODE).stream()
                .filter(node -> node.value().getReadiness() == readiness)
                .count();
    }
}
