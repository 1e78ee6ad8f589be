/**
 * Keeps ECS services at their desired count and rolls out their deployments, within their limits at
 * every moment. Says which tasks start and stop; leaves it to the scheduler where, and to the API
 * what a task is made of.
 */
@NullMarked
package dev.gantry.controller.ecs.rollout;

import org.jspecify.annotations.NullMarked;
