package dev.gantry.agent.connection;

import dev.gantry.agent.Fence;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Routes;
import java.util.Optional;

/** What the agent does in a session. */
public sealed interface LinkEffect {

    record Send(FromAgent message) implements LinkEffect {}

    /** Keep the set and make it true. */
    record Obey(Obeyed obeyed) implements LinkEffect {}

    /** The controller leads and listens: everything is reported anew. */
    record Report() implements LinkEffect {}

    record Acknowledge(long sequence) implements LinkEffect {}

    /** A leader was there when the heartbeat was sent that it acknowledged: at that time of the link's clock. */
    record Extend(long sentAt, Fence fence) implements LinkEffect {}

    /** Services, or what they lead to, changed. */
    record Route(Routes news) implements LinkEffect {}

    record Open(OpenChannel request) implements LinkEffect {}

    /** End this session. With an address the next one goes there at once, otherwise after a pause. */
    record Leave(String reason, Optional<HostPort> next) implements LinkEffect {}
}
