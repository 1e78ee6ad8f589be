/** Tests of disruption budgets, in the store. */
@NullMarked
package dev.gantry.controller.kube.disruption;

import org.jspecify.annotations.NullMarked;
