/** Priority classes: how urgent pods are, and which classes there are from the start. Leaves it to the scheduler what follows from that. */
@NullMarked
package dev.gantry.controller.kube.priority;

import org.jspecify.annotations.NullMarked;
