package dev.gantry.agent;

import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.StatsRequest;
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

    /** Streams a container's log; returns when it has ended or the sink is closed. */
    void logs(LogsRequest request, Sink sink) throws InterruptedException;

    /** Runs a command in a container; returns with its exit. */
    void exec(ExecRequest request, Source input, Sink output) throws InterruptedException;

    /** Joins a container's own input and output; returns when it has ended or the sink is closed. */
    void attach(AttachRequest request, Source input, Sink output) throws InterruptedException;

    /** One sample of each container of a workload. */
    void stats(StatsRequest request, Sink sink) throws InterruptedException;
}
