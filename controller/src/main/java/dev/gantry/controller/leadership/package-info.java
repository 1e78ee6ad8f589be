/**
 * One controller leads, under a lease. Every commit of a leader's loop is guarded by its record.
 */
@NullMarked
package dev.gantry.controller.leadership;

import org.jspecify.annotations.NullMarked;
