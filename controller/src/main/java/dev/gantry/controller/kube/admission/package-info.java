/**
 * Has the last word on what is created and changed, whoever does it: what is added to new pods, which bounds hold, and what is charged to quotas.
 * Leaves the rules to the packages of limits, priorities and quotas, and the writing to those who ask.
 */
@NullMarked
package dev.gantry.controller.kube.admission;

import org.jspecify.annotations.NullMarked;
