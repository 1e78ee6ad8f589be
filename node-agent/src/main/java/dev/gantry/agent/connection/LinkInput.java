package dev.gantry.agent.connection;

import dev.gantry.proto.ToAgent;

/** What happens to the agent's side of a session. */
public sealed interface LinkInput {

    record Said(ToAgent message) implements LinkInput {}

    /** Time has passed. */
    record Ticked() implements LinkInput {}

    /** Reports, or a measurement, wait to be sent. */
    record Reported() implements LinkInput {}

    /** The stream is over. */
    record Broken(String reason) implements LinkInput {}
}
