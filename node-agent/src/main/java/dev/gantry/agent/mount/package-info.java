/**
 * Mounts directories that servers share, each once per pod and volume, with the machine's own programs, and unmounts them. The kernel's table
 * of mounts is its only memory. Leaves to others when, and which containers see them.
 */
@NullMarked
package dev.gantry.agent.mount;

import org.jspecify.annotations.NullMarked;
