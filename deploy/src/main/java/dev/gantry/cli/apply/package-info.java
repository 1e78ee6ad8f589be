/** From files to changes: reads documents, checks them against the ECS model, and decides what has to be asked of the API. */
@NullMarked
package dev.gantry.cli.apply;

import org.jspecify.annotations.NullMarked;
