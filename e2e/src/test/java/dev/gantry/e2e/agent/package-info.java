/** What a node does with real containers: every feature of a definition that it honours, and everything that may befall it. */
@NullMarked
package dev.gantry.e2e.agent;

import org.jspecify.annotations.NullMarked;
