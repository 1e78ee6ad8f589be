/** The group metrics.k8s.io: what nodes and pods use, drawn from what agents said last. Keeps nothing, and decides nothing. */
@NullMarked
package dev.gantry.controller.kube.metrics;

import org.jspecify.annotations.NullMarked;
