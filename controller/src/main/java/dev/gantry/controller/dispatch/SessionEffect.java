package dev.gantry.controller.dispatch;

import dev.gantry.proto.Hello;
import dev.gantry.proto.Reports;
import dev.gantry.proto.ToAgent;
import dev.gantry.proto.Usage;
import io.grpc.Status;

/** What a session does. */
public sealed interface SessionEffect {

    record Send(ToAgent message) implements SessionEffect {}

    /** Bring the node's record to what it says, then tell the session. */
    record Register(Hello hello) implements SessionEffect {}

    /** The node was heard now. */
    record Heard() implements SessionEffect {}

    record Hand(Reports reports) implements SessionEffect {}

    /** Remember what the node uses. */
    record Measured(Usage usage) implements SessionEffect {}

    /** A side channel will not come. */
    record Refuse(String channelId, String reason) implements SessionEffect {}

    /** The last effect; an OK status ends the stream in good order. */
    record End(Status status) implements SessionEffect {}
}
