package dev.gantry.controller.dispatch;

import dev.gantry.link.Incoming;
import dev.gantry.link.Outgoing;
import dev.gantry.proto.Frame;
import io.grpc.Status;
import java.util.Optional;

/** A side channel to an agent, for one log, one command or one look at statistics. Must be closed. */
public final class AgentChannel implements AutoCloseable {

    private final Outgoing<Frame> out;
    private final Incoming<Frame> in;

    private final Runnable whenClosed;

    AgentChannel(Outgoing<Frame> out, Incoming<Frame> in, Runnable whenClosed) {
        this.out = out;
        this.in = in;
        this.whenClosed = whenClosed;
    }

    /**
     * Sends a frame, blocking while the agent is slow.
     *
     * @return false when the agent's side is gone
     */
    public boolean send(Frame frame) throws InterruptedException {
        return out.send(frame);
    }

    /** Waits for the next frame, the last of which is {@code finished}; empty when no more will come. */
    public Optional<Frame> receive() throws InterruptedException {
        return in.next();
    }

    /** Why the channel broke; empty when it did not. */
    public Optional<String> failure() {
        return in.failure().map(Status::toString);
    }

    /** Ends the channel on both sides. */
    @Override
    public void close() {
        out.complete();
        in.ended();
        whenClosed.run();
    }
}
