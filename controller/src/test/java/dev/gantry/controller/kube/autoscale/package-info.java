/** Tests of events, in the store. */
@NullMarked
package dev.gantry.controller.kube.autoscale;

import org.jspecify.annotations.NullMarked;
