/** Puts the parts of an agent together, and holds no rule of its own. */
@NullMarked
package dev.gantry.agent.run;

import org.jspecify.annotations.NullMarked;
