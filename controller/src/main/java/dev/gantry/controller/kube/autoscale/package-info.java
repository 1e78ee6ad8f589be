/**
 * Horizontal pod autoscalers: how many replicas something shall have, by what its pods use. The rules are those of upstream, and pure; only the
 * reconciler remembers something between its passes.
 */
@NullMarked
package dev.gantry.controller.kube.autoscale;

import org.jspecify.annotations.NullMarked;
