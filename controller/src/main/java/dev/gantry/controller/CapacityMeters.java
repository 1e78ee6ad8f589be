package dev.gantry.controller;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.CapacityScaling;
import dev.gantry.proto.EcsCapacityProvider;
import dev.gantry.store.Store;
import dev.gantry.store.Versioned;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.function.ToIntFunction;

/** How much of each group of machines is needed whose number is managed, and how many there should be. */
final class CapacityMeters {

    private final Store store;
    private final MultiGauge reservation;
    private final MultiGauge desired;

    CapacityMeters(Store store, MeterRegistry meters) {
        this.store = store;
        this.reservation = MultiGauge.builder("gantry.capacity.provider.reservation")
                .description(
                        "CapacityProviderReservation: machines that tasks need, in percent of those that there are")
                .register(meters);
        this.desired = MultiGauge.builder("gantry.capacity.provider.desired.machines")
                .description("So many machines the group of a capacity provider should have")
                .register(meters);
    }

    /** Takes the figures of the newest image. */
    void refresh() {
        List<EcsCapacityProvider> scaled = store.snapshot().list(Kinds.ECS_CAPACITY_PROVIDER).stream()
                .map(Versioned::value)
                .filter(provider -> provider.getActive() && provider.hasScaling())
                .toList();
        reservation.register(rows(scaled, CapacityScaling::getReservationPercent), true);
        desired.register(rows(scaled, CapacityScaling::getDesired), true);
    }

    private static List<Row<?>> rows(List<EcsCapacityProvider> scaled, ToIntFunction<CapacityScaling> figure) {
        return scaled.stream()
                .<Row<?>>map(provider ->
                        Row.of(Tags.of("provider", provider.getName()), figure.applyAsInt(provider.getScaling())))
                .toList();
    }
}
