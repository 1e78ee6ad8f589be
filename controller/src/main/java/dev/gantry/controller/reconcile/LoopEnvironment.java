package dev.gantry.controller.reconcile;

import dev.gantry.store.Store;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;

/**
 * What every loop of a controller has in common.
 *
 * @param chance numbers from 0 to 1, for jitter
 */
public record LoopEnvironment(
        Store store, Guard guard, InstantSource clock, DoubleSupplier chance, MeterRegistry meters) {}
