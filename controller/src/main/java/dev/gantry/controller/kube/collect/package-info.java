/**
 * Takes away what belonged to something that is deleted. Pure planners; leaves to the API what a deletion asks for.
 */
@NullMarked
package dev.gantry.controller.kube.collect;

import org.jspecify.annotations.NullMarked;
