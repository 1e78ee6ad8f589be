package dev.gantry.controller.lifecycle;

import com.google.protobuf.Message;
import dev.gantry.store.Kind;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * When records of one kind are removed.
 *
 * @param time when a record's time is over; empty for one that stays
 * @param stillInUse whether a record whose time is over is needed yet; it is asked again one
 *     granularity later
 * @param granularity how late a removal may be, so that many become one
 * @param belongings other records that mean nothing without it, and are removed before it
 */
public record Expiry<T extends Message>(
        Kind<T> kind,
        Function<T, Optional<Instant>> time,
        BiPredicate<Snapshot, Versioned<T>> stillInUse,
        Duration granularity,
        BiFunction<Snapshot, Versioned<T>, List<? extends Versioned<?>>> belongings) {

    public Expiry {
        if (granularity.toMillis() < 1) {
            throw new IllegalArgumentException("a granularity is at least a millisecond, was " + granularity);
        }
    }

    /** Records that nothing can be in need of once their time is over. */
    public static <T extends Message> Expiry<T> of(
            Kind<T> kind, Duration granularity, Function<T, Optional<Instant>> time) {
        return new Expiry<>(kind, time, (_, _) -> false, granularity, (_, _) -> List.of());
    }
}
