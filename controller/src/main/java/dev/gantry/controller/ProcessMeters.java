package dev.gantry.controller;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import java.util.List;

/** Metrics of the process itself. */
final class ProcessMeters {

    private ProcessMeters() {}

    /** @return what must be closed with the process */
    static List<AutoCloseable> bind(MeterRegistry meters) {
        Gauge.builder("gantry.build.info", () -> 1)
                .tag("version", Version.TEXT)
                .description("Always 1; the label is the release")
                .register(meters);
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        JvmGcMetrics collections = new JvmGcMetrics();
        collections.bindTo(meters);
        return List.of(collections);
    }
}
