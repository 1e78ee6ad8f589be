/** Tests of what nodes are told of network policies. */
@NullMarked
package dev.gantry.controller.kube.networkpolicy;

import org.jspecify.annotations.NullMarked;
