/** Runs the parts of the platform in this process: what is between the command line and controller, store and agent. */
@NullMarked
package dev.gantry.cli.run;

import org.jspecify.annotations.NullMarked;
