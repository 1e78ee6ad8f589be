/**
 * Real faults on real processes: what is killed, frozen, cut, slowed and filled up, and what must hold all the same. Each
 * test prints the figure of its promise.
 */
@NullMarked
package dev.gantry.e2e.faults;

import org.jspecify.annotations.NullMarked;
