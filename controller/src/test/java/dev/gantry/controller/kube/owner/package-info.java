/** A world of objects and pods for the tests of planners. */
@NullMarked
package dev.gantry.controller.kube.owner;

import org.jspecify.annotations.NullMarked;
