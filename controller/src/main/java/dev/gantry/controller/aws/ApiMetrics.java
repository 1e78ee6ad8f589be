package dev.gantry.controller.aws;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts and times API calls. Labels are operations of the models and HTTP statuses, so their number is bounded. */
public final class ApiMetrics {

    private final MeterRegistry registry;
    private final AtomicInteger inFlight = new AtomicInteger();

    public ApiMetrics(MeterRegistry registry) {
        this.registry = registry;
        registry.gauge("gantry.api.inflight.requests", inFlight);
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
            Counter.builder("gantry.api.requests")
                    .description("API calls by operation and HTTP status")
                    .tag("op", operation)
                    .tag("code", Integer.toString(status))
                    .register(registry)
                    .increment();
            timing.stop(Timer.builder("gantry.api.request.duration")
                    .description("Time from the whole request to its answer")
                    .publishPercentileHistogram()
                    .register(registry));
        }
    }

    Sample start(String operation) {
        return new Sample(operation);
    }
}
