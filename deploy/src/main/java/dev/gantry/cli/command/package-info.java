/** The commands, one class each: options in, calls out, results printed. What they decide is decided elsewhere. */
@NullMarked
package dev.gantry.cli.command;

import org.jspecify.annotations.NullMarked;
