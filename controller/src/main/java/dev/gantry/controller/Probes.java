package dev.gantry.controller;

import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Routes;
import dev.gantry.store.Store;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** What machines ask of a process without a key: whether it lives, whether it serves, and its metrics. */
final class Probes {

    private final Store store;
    private final PrometheusMeterRegistry meters;
    private final CapacityMeters capacity;

    Probes(Store store, PrometheusMeterRegistry meters) {
        this.store = store;
        this.meters = meters;
        this.capacity = new CapacityMeters(store, meters);
        Gauge.builder("gantry.store.revision", store, from -> from.snapshot().revision())
                .description("Revision of the newest image; it grows by one with each write that anybody commits")
                .register(meters);
    }

    void mount(Routes routes) {
        routes.answer("/health", _ -> HttpResponse.text(200, "ok\n"));
        routes.answer("/ready", _ -> ready());
        routes.answer("/metrics", _ -> metrics());
    }

    private HttpResponse metrics() {
        capacity.refresh();
        return new HttpResponse(
                200, Headers.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), Body.of(meters.scrape()));
    }

    private HttpResponse ready() {
        return store.isConnected()
                ? HttpResponse.text(200, "ready\n")
                : HttpResponse.text(503, "the store cannot be reached: reads are old, writes are refused\n");
    }
}
