/** Whom compiled selectors mean, asked of by the controller for all pods and by an agent for its own. Pure. */
@NullMarked
package dev.gantry.select;

import org.jspecify.annotations.NullMarked;
