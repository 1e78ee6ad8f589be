package dev.gantry.controller.ecs.view;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How absent values of stored records are shown: not at all. */
final class Shown {

    private Shown() {}

    static @Nullable Instant time(long epochMillis) {
        return epochMillis == 0 ? null : Instant.ofEpochMilli(epochMillis);
    }

    static @Nullable String text(String value) {
        return value.isEmpty() ? null : value;
    }
}
