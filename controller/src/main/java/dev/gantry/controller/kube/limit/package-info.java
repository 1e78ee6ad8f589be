/**
 * Limit ranges: what containers get that say nothing of what they need, and within which bounds containers, pods and claims must stay. Leaves
 * to others when they are asked.
 */
@NullMarked
package dev.gantry.controller.kube.limit;

import org.jspecify.annotations.NullMarked;
