/**
 * Tells nodes what network policies let pass. Whom the peers of a policy are is said here, as addresses; which of its pods a policy is for, each
 * node finds out itself.
 */
@NullMarked
package dev.gantry.controller.kube.networkpolicy;

import org.jspecify.annotations.NullMarked;
