package dev.gantry.controller.leadership;

import java.time.Duration;
import java.time.Instant;

/**
 * A point in time as two clocks show it. The wall clock can be set; the steady one stands still
 * while the machine is suspended. What must not be believed for too long trusts whichever says that
 * more time has passed.
 *
 * @param steady since any fixed point in this process
 */
public record Moment(Instant wall, Duration steady) {

    /** How much time has passed at most since {@code earlier}. */
    public Duration since(Moment earlier) {
        Duration byWall = Duration.between(earlier.wall, wall);
        Duration bySteady = steady.minus(earlier.steady);
        return byWall.compareTo(bySteady) > 0 ? byWall : bySteady;
    }

    public Moment plus(Duration duration) {
        return new Moment(wall.plus(duration), steady.plus(duration));
    }
}
