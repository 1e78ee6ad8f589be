/**
 * Amounts of resources as the Kubernetes API writes them: how they are read, added, compared and shown, and what a pod asks for.
 * Leaves it to others what an amount is held against.
 */
@NullMarked
package dev.gantry.controller.kube.quantity;

import org.jspecify.annotations.NullMarked;
