/** Runs programs of the machine. Knows none of them. */
@NullMarked
package dev.gantry.agent.program;

import org.jspecify.annotations.NullMarked;
