package dev.gantry.agent.run;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.simulated.Addresses;
import dev.gantry.agent.simulated.SimulatedEngine;
import dev.gantry.agent.simulated.SimulatedRouting;
import dev.gantry.agent.simulated.Simulation;
import dev.gantry.agent.work.Alarm;
import java.time.InstantSource;

/** Nothing: a node on it is there for tests of what stands above it. */
public final class SimulatedGround implements Ground {

    private final Simulation simulation;
    private final Addresses addresses;

    /** @param addresses shared by the simulated nodes of a process */
    public SimulatedGround(Simulation simulation, Addresses addresses) {
        this.simulation = simulation;
        this.addresses = addresses;
    }

    @Override
    public ContainerEngine engine(AgentSettings settings, InstantSource clock, Alarm alarm) {
        return SimulatedEngine.of(simulation, addresses, clock, alarm);
    }

    /** Its containers end with the process: none of them outlives what a leash would hold it by. */
    @Override
    public Leash leash(AgentSettings settings) {
        return Leash.NONE;
    }

    @Override
    public Routing routing(AgentSettings settings, ContainerEngine engine, Owner owner) {
        return new SimulatedRouting();
    }

    /** Nobody is there to ask. */
    @Override
    public TaskEndpoints endpoints(AgentSettings settings, ContainerEngine engine, Owner owner) {
        return TaskEndpoints.NONE;
    }

    @Override
    public boolean isMeasured(AgentSettings settings) {
        return false;
    }
}
