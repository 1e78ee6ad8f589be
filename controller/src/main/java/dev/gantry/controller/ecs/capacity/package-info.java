/**
 * Capacity providers: which nodes they mean, how tasks are shared out among them, and how many machines a group should have.
 * Leaves it to the scheduler which of the nodes a task gets, and to others where machines come from.
 */
@NullMarked
package dev.gantry.controller.ecs.capacity;

import org.jspecify.annotations.NullMarked;
