/**
 * Chooses a node for each workload that has none, and says why where there is none. Pure: reads a
 * snapshot and returns verdicts and transactions; knows no API and starts nothing.
 */
@NullMarked
package dev.gantry.controller.scheduler;

import org.jspecify.annotations.NullMarked;
