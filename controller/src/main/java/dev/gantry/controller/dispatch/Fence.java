package dev.gantry.controller.dispatch;

import java.time.Duration;

/**
 * What agents are told of tasks that must not run twice.
 *
 * @param after silence of the controller after which they are asked to end
 * @param stop  how long that may take
 */
public record Fence(Duration after, Duration stop) {}
