/**
 * The manners that both ends of the agent link keep on a gRPC stream: one writer that waits for a slow reader, and a reader
 * that asks for no more than it has room for. Knows no message.
 */
@NullMarked
package dev.gantry.link;

import org.jspecify.annotations.NullMarked;
