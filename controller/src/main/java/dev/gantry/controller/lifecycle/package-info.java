/**
 * Ends workloads that no node will ever report on, and removes records whose time is over. Pure;
 * knows no API and no heartbeats.
 */
@NullMarked
package dev.gantry.controller.lifecycle;

import org.jspecify.annotations.NullMarked;
