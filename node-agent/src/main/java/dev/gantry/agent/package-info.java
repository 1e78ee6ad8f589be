/**
 * The node agent: makes a node's desired set true with the container engine, and reports what is.
 */
@NullMarked
package dev.gantry.agent;

import org.jspecify.annotations.NullMarked;
