/**
 * A container engine without containers: what was created is known, starts take their time or fail, and nothing runs. It is there to test what
 * stands above it; what a container would do follows from its command, as far as that can be read.
 */
@NullMarked
package dev.gantry.agent.simulated;

import org.jspecify.annotations.NullMarked;
