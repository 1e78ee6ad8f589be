/**
 * The runtime of reconcilers: keyed queues, loops, back-off, deadlines, metrics. Waits, retries and
 * writes so that no reconciler has to; knows no kind.
 */
@NullMarked
package dev.gantry.controller.reconcile;

import org.jspecify.annotations.NullMarked;
