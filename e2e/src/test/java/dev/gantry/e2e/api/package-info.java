/** The ECS API as the real clients see it, in good times and with bad input. */
@NullMarked
package dev.gantry.e2e.api;

import org.jspecify.annotations.NullMarked;
