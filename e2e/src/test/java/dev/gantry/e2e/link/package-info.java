/** Both ends of the agent link against each other, over TLS on the loopback, without containers. */
@NullMarked
package dev.gantry.e2e.link;

import org.jspecify.annotations.NullMarked;
