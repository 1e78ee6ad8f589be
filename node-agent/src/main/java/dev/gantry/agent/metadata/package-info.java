/**
 * Answers what tasks of ECS ask about themselves, at the address at which AWS's own agent answers. Who asks is told from the path and from where
 * the question comes; what there is to tell comes from the workshop and the engine.
 */
@NullMarked
package dev.gantry.agent.metadata;

import org.jspecify.annotations.NullMarked;
