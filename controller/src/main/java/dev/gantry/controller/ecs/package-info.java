/** The ECS API: handlers, views and planners. Knows no other front end. */
@NullMarked
package dev.gantry.controller.ecs;

import org.jspecify.annotations.NullMarked;
