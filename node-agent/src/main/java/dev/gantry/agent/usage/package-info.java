/**
 * Measures what the machine and its containers use, from the kernel's own files and now and then. Decides nothing, and leaves to the
 * connection when a measurement is sent.
 */
@NullMarked
package dev.gantry.agent.usage;

import org.jspecify.annotations.NullMarked;
