/** Disruption budgets: how many pods may be missing because somebody wishes so, and who spends of that. */
@NullMarked
package dev.gantry.controller.kube.disruption;

import org.jspecify.annotations.NullMarked;
