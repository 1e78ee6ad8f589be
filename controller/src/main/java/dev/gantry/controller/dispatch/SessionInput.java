package dev.gantry.controller.dispatch;

import dev.gantry.proto.FromAgent;
import dev.gantry.proto.OpenChannel;

/** What happens to a session. */
public sealed interface SessionInput {

    record Said(FromAgent message) implements SessionInput {}

    /** The node's record is written, and the image has it. */
    record Registered() implements SessionInput {}

    /** Something that concerns this node changed in the store. */
    record Changed() implements SessionInput {}

    /** All reports up to this batch are in the store. */
    record Committed(long sequence) implements SessionInput {}

    /** Somebody wants a side channel. */
    record Wanted(OpenChannel request) implements SessionInput {}

    /** Something went wrong such that only a new session is sure to be right. */
    record Doubted(String reason) implements SessionInput {}

    /** The node has opened a newer session. */
    record Replaced() implements SessionInput {}

    /** The agent did not say Hello in time. */
    record Silent() implements SessionInput {}
}
