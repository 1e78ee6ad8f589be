/**
 * Task definitions: what makes one valid, what AWS fills in, which attributes a node needs, and how a definition with its
 * overrides becomes a workload. Pure.
 */
@NullMarked
package dev.gantry.controller.ecs.compile;

import org.jspecify.annotations.NullMarked;
