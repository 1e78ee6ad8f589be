package dev.gantry.controller.reconcile;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.atomic.AtomicInteger;

/** The figures of one loop. */
final class LoopMeters {

    private final MeterRegistry registry;
    private final Timer passes;
    private final AtomicInteger depth;
    private final Counter retries;
    private final Counter drift;

    LoopMeters(MeterRegistry registry, String loop) {
        this.registry = registry;
        passes = Timer.builder("gantry.reconcile.duration")
                .description("Time of one pass: deciding and committing")
                .tag("loop", loop)
                .publishPercentileHistogram()
                .register(registry);
        depth = new AtomicInteger();
        Gauge.builder("gantry.reconcile.queue.depth", depth, AtomicInteger::get)
                .description("Keys that could be worked on now")
                .tag("loop", loop)
                .strongReference(true)
                .register(registry);
        retries = Counter.builder("gantry.reconcile.retries")
                .description("Passes that must be done again after a conflict or failure")
                .tag("loop", loop)
                .register(registry);
        drift = Counter.builder("gantry.cache.drift")
                .description("Keys that only the periodic resync found to be in need of work")
                .tag("loop", loop)
                .register(registry);
    }

    Timer.Sample start() {
        return Timer.start(registry);
    }

    void passed(Timer.Sample sample) {
        sample.stop(passes);
    }

    void committed(Timer.Sample sample, String result) {
        sample.stop(Timer.builder("gantry.store.txn.duration")
                .description("Time of one transaction of a loop")
                .tag("result", result)
                .publishPercentileHistogram()
                .register(registry));
    }

    void retried() {
        retries.increment();
    }

    void drifted() {
        drift.increment();
    }

    void depth(int keys) {
        depth.set(keys);
    }
}
