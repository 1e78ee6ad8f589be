package dev.gantry.e2e.link;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that starts at the present, because TLS looks at certificates, and then moves by hand. */
final class HandClock implements InstantSource {

    private volatile Instant now = InstantSource.system().instant();

    @Override
    public Instant instant() {
        return now;
    }

    void advance(Duration by) {
        now = now.plus(by);
    }
}
