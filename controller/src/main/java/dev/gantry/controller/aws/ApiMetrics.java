package dev.gantry.controller.aws;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts and times API calls. Labels are operations of the models and HTTP statuses, so their number is bounded. */
public final class ApiMetrics {

    private final MeterRegistry registry;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Timer durations;
    // Looked up here, because the registry's own look-up builds its key anew with each call.
    private final Map<Outcome, Counter> counters = new ConcurrentHashMap<>();

    private record Outcome(String operation, int status) {}

    public ApiMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.durations = Timer.builder("gantry.api.request.duration")
                .description("Time from the whole request to its answer")
                .publishPercentileHistogram()
                .register(registry);
        registry.gauge("gantry.api.inflight.requests", inFlight);
    }

    private Counter counter(Outcome outcome) {
        return Counter.builder("gantry.api.requests")
                .description("API calls by operation and HTTP status")
                .tag("op", outcome.operation())
                .tag("code", Integer.toString(outcome.status()))
                .register(registry);
    }

    /** One call that is being answered. */
    final class Sample {

        private final String operation;
        private final Timer.Sample timing = Timer.start(registry);

        private Sample(String operation) {
            this.operation = operation;
            inFlight.incrementAndGet();
        }

        void stop(int status) {
            inFlight.decrementAndGet();
            counters.computeIfAbsent(new Outcome(operation, status), ApiMetrics.this::counter)
                    .increment();
            timing.stop(durations);
        }
    }

    Sample start(String operation) {
        return new Sample(operation);
    }
}
