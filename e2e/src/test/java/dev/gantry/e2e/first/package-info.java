/** A new user's first minutes, word for word. */
@NullMarked
package dev.gantry.e2e.first;

import org.jspecify.annotations.NullMarked;
