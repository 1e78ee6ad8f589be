/**
 * Service revisions and service deployments as records: how they are named, begun and forgotten, and which of their states are
 * the last. Leaves it to the service planner how a deployment goes on.
 */
@NullMarked
package dev.gantry.controller.ecs.deployment;

import org.jspecify.annotations.NullMarked;
