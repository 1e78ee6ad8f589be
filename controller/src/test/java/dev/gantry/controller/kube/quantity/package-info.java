/** Tests of how amounts are read and shown. */
@NullMarked
package dev.gantry.controller.kube.quantity;

import org.jspecify.annotations.NullMarked;
