/** Tests of how amounts are read and shown. */
@org.jspecify.annotations.NullMarked
package dev.gantry.controller.kube.quantity;
