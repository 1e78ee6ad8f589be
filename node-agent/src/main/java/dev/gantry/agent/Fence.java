package dev.gantry.agent;

import java.time.Duration;

/**
 * How long what must not run twice goes on without a leader. Both together are less than the time after which a controller
 * replaces what ran on a silent node.
 *
 * @param after silence after which it is asked to end; zero when it must not run at all
 * @param stop  how long that may take before it is killed
 */
public record Fence(Duration after, Duration stop) {

    /** Of a controller that knows of no such thing. */
    public static final Fence NONE = new Fence(Duration.ZERO, Duration.ZERO);
}
