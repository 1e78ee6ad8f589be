/** What the agent asks of a container engine, and what it answers. Leaves to implementations how an engine is spoken to. */
@NullMarked
package dev.gantry.agent.engine;

import org.jspecify.annotations.NullMarked;
