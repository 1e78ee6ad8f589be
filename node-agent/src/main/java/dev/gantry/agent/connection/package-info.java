/**
 * The agent's side of the link: joining, the session, reports until acknowledged, side channels.
 * The only package here that knows gRPC.
 */
@NullMarked
package dev.gantry.agent.connection;

import org.jspecify.annotations.NullMarked;
