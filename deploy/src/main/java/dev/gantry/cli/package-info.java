/** The program's entry: wires servers, console and commands together. */
@NullMarked
package dev.gantry.cli;

import org.jspecify.annotations.NullMarked;
