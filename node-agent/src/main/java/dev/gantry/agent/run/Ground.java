package dev.gantry.agent.run;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.work.Alarm;
import java.io.IOException;
import java.time.InstantSource;

/** What a node's containers run on, and what is around them there. */
public interface Ground {

    ContainerEngine engine(AgentSettings settings, InstantSource clock, Alarm alarm);

    Leash leash(AgentSettings settings);

    Routing routing(AgentSettings settings, ContainerEngine engine, Owner owner) throws IOException;

    TaskEndpoints endpoints(AgentSettings settings, ContainerEngine engine, Owner owner) throws IOException;

    /** Whether it can be measured here what containers use. */
    boolean isMeasured(AgentSettings settings);

    /** Closes in the end what it was given. */
    interface Owner {
        <T extends AutoCloseable> T own(T part);
    }
}
