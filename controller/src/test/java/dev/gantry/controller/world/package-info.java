/** A store in memory with nodes and workloads in it, for tests of reconcilers. */
@NullMarked
package dev.gantry.controller.world;

import org.jspecify.annotations.NullMarked;
