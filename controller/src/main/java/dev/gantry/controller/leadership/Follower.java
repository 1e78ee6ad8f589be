package dev.gantry.controller.leadership;

import dev.gantry.proto.Leader;
import dev.gantry.store.Versioned;

/**
 * Works only while this controller leads. Both methods are called by one thread, in turn, and must
 * not wait.
 */
public interface Follower {

    /** The lead is confirmed; {@code guard} must guard every write of this term. */
    void gained(Versioned<Leader> guard);

    /** The lead is not confirmed any more: begin nothing. */
    void lost();
}
