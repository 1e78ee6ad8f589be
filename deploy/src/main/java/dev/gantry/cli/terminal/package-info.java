/** What a person sees: streams, exit codes, errors in three lines, tables. Knows neither the API nor the commands. */
@NullMarked
package dev.gantry.cli.terminal;

import org.jspecify.annotations.NullMarked;
