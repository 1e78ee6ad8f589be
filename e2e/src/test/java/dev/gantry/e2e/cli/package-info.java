/** The client commands of {@code gantry} against a real server: what they print, how they end, what they change. */
@NullMarked
package dev.gantry.e2e.cli;

import org.jspecify.annotations.NullMarked;
