package dev.gantry.agent;

import dev.gantry.proto.Frame;

/** Takes the frames of one side channel, blocking while the other side is slow. */
public interface Sink {

    /**
     * @return false when the other side is gone, so that nothing more need be sent
     */
    boolean send(Frame frame) throws InterruptedException;
}
