package dev.gantry.agent;

import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.OpenChannel;
import java.util.Collection;

/** The part of the agent that owns the containers, as the connection sees it. */
public interface Workshop {

    /** What this machine has and is, measured now. */
    NodeInfo describe();

    /**
     * The whole set that shall be true from now on; returns at once. What is not in it must stop.
     */
    void obey(Collection<DesiredWorkload> everything);

    /**
     * Reports again what is true of every workload it knows: after a reconnection nothing earlier
     * may be assumed.
     */
    void reportAgain();

    /**
     * Serves a side channel: a log, a command, an attachment, samples. Returns when all is told or the other side is gone.
     *
     * @throws IllegalArgumentException for a request that this agent does not know
     */
    void serve(OpenChannel request, Source input, Sink output) throws InterruptedException;
}
