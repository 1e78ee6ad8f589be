package dev.gantry.agent.run;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.docker.DockerEngine;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.ingress.IngressServer;
import dev.gantry.agent.leash.NodeLeash;
import dev.gantry.agent.leash.Uptime;
import dev.gantry.agent.metadata.TaskServer;
import dev.gantry.agent.network.DistantNetwork;
import dev.gantry.agent.network.NodeNetwork;
import dev.gantry.agent.work.Alarm;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Docker engine, on this machine or on another. */
public final class DockerGround implements Ground {

    private static final Logger LOG = LoggerFactory.getLogger(DockerGround.class);

    private final SecureRandom chance = new SecureRandom();

    private static boolean isEngineHere(AgentSettings settings) {
        return settings.engine().host().startsWith("unix://");
    }

    @Override
    public ContainerEngine engine(AgentSettings settings, InstantSource clock, Alarm alarm) {
        return DockerEngine.connect(settings);
    }

    @Override
    public Leash leash(AgentSettings settings) {
        return NodeLeash.of(settings.engine().host(), settings.dataDirectory().resolve("leash"));
    }

    /** Only where the engine is on this machine its containers are on a network of this machine. */
    @Override
    public Routing routing(AgentSettings settings, ContainerEngine engine, Owner owner) throws IOException {
        return isEngineHere(settings)
                ? owner.own(NodeNetwork.start(
                        settings.nodeId(),
                        engine,
                        settings.dataDirectory(),
                        chance,
                        owner.own(IngressServer.start(settings.ingress(), InstantSource.system(), chance))))
                : owner.own(DistantNetwork.start(settings.nodeId(), settings.dataDirectory()));
    }

    /** Only containers of this machine reach an address that is this machine's alone. */
    @Override
    public TaskEndpoints endpoints(AgentSettings settings, ContainerEngine engine, Owner owner) throws IOException {
        if (!isEngineHere(settings)) {
            LOG.info("The engine is on another machine: tasks cannot ask about themselves, and are told of no address");
            return TaskEndpoints.NONE;
        }
        return owner.own(TaskServer.start(
                new TaskServer.Settings(
                        settings.nodeId(), settings.machine().availabilityZone(), settings.dataDirectory()),
                engine,
                chance,
                Uptime::nanos));
    }

    @Override
    public boolean isMeasured(AgentSettings settings) {
        return isEngineHere(settings);
    }
}
