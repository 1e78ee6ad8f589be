/** Measures the product beside the engine that it stands on. Prints figures; judges nothing. */
@NullMarked
package dev.gantry.e2e.benchmark;

import org.jspecify.annotations.NullMarked;
