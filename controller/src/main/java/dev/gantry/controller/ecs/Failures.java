package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.Failure;
import org.jspecify.annotations.Nullable;

/** Entries of {@code failures[]}. */
final class Failures {

    private Failures() {}

    static Failure missing(String arn) {
        return of(arn, "MISSING", null);
    }

    static Failure of(@Nullable String arn, String reason, @Nullable String detail) {
        return Failure.builder().arn(arn).reason(reason).detail(detail).build();
    }
}
