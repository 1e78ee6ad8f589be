/** Tests of events, in the store. */
@NullMarked
package dev.gantry.controller.kube.event;

import org.jspecify.annotations.NullMarked;
