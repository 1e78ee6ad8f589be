/**
 * Performs actions on the Docker engine, lists containers by label, streams logs and statistics.
 * The only package here that knows docker-java.
 */
@NullMarked
package dev.gantry.agent.docker;

import org.jspecify.annotations.NullMarked;
