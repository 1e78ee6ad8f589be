/** A backend that keeps everything in memory and nothing on disk, for tests and simulation. Has no threads of its own. */
@NullMarked
package dev.gantry.store.memory;

import org.jspecify.annotations.NullMarked;
