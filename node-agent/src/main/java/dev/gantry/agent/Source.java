package dev.gantry.agent;

import dev.gantry.proto.Frame;
import java.util.Optional;

/** Gives the frames of one side channel. */
public interface Source {

    /** Waits for the next frame; empty when the other side is gone. */
    Optional<Frame> next() throws InterruptedException;
}
