package dev.gantry.controller.scheduler.query;

import java.time.Instant;

/** An argument, read as what its subject needs. */
sealed interface Value {

    record Text(String text) implements Value {}

    record Flag(boolean flag) implements Value {}

    record Count(long count) implements Value {}

    record Moment(Instant instant) implements Value {}

    record Regex(BoundedPattern pattern) implements Value {}
}
