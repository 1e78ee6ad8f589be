package dev.gantry.cli.run;

import dev.gantry.agent.connection.HostPort;
import dev.gantry.agent.connection.Invitation;
import dev.gantry.agent.connection.LinkException;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.run.NodeAgent;
import dev.gantry.cli.client.ClientFile;
import dev.gantry.cli.servers.AgentOptions;
import dev.gantry.cli.servers.Join;
import dev.gantry.cli.servers.ServerOptions;
import dev.gantry.cli.servers.Servers;
import dev.gantry.cli.servers.UpOptions;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import dev.gantry.controller.Chance;
import dev.gantry.controller.Controller;
import dev.gantry.controller.identity.IdentityException;
import dev.gantry.store.Backend;
import dev.gantry.store.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Starts controller, store and agent, says what runs where, and waits until it is told to stop. */
public final class Processes implements Servers {

    private static final Duration JOIN_TOKEN_LIFE = Duration.ofMinutes(5);
    private static final Duration STORE_WAIT_MAX = Duration.ofSeconds(60);
    private static final Duration STORE_RETRY = Duration.ofMillis(500);

    @Override
    public int up(UpOptions options) {
        return run(options.server().dataDirectory(), running -> {
            Controller controller = startController(options.server(), running);
            for (NodeAgent agent : startLocalAgents(options, controller, running)) {
                running.awaitUntil(
                        () -> controller.isReady(agent.nodeId()), "the node's registration with the controller");
            }
            Announcement.up(options, controller);
            Thread.startVirtualThread(options.whenReady());
        });
    }

    @Override
    public int server(ServerOptions options) {
        return run(options.dataDirectory(), running -> {
            Controller controller = startController(options, running);
            Announcement.server(options, controller);
        });
    }

    @Override
    public int agent(AgentOptions options) {
        return run(options.dataDirectory(), running -> {
            ControllerList known = new ControllerList(options.dataDirectory());
            Optional<Join> join = Optional.ofNullable(options.join());
            join.ifPresent(given -> known.remember(new HostPort(given.host(), given.port())));
            Optional<Invitation> invitation = join.map(given -> Invitation.parse(given.token() + "@" + address(given)));
            List<NodeAgent> agents = new Nodes(options, options.dataDirectory(), known.addresses(), List.of())
                    .start(invitation, running);
            Announcement.agent(options, agents.stream().map(NodeAgent::nodeId).toList());
        });
    }

    @Override
    public void rehearse() throws InterruptedException {
        Rehearsal.perform();
    }

    private interface Start {
        void start(Running running) throws IOException, InterruptedException;
    }

    /** Starts, waits for the end, and stops what was started, in the opposite order. */
    private static int run(Path dataDirectory, Start start) {
        Logs.begin(dataDirectory);
        try (Running running = new Running()) {
            start.start(running);
            running.awaitStop();
            return Exit.DONE.code();
        } catch (LinkException | IdentityException | EngineException | UnavailableException e) {
            throw failure(dataDirectory, e);
        } catch (IllegalArgumentException e) {
            throw new Failure(Exit.INVALID, "cannot start", String.valueOf(e.getMessage()), "see gantry --help");
        } catch (IOException | UncheckedIOException e) {
            throw failure(dataDirectory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Exit.ERROR.code();
        }
    }

    private static Failure failure(Path dataDirectory, Exception e) {
        String more = "the log in " + Logs.file(dataDirectory) + " has more";
        return new Failure(Exit.ERROR, "cannot start", String.valueOf(e.getMessage()), more);
    }

    static Controller startController(ServerOptions options, Running running) throws IOException, InterruptedException {
        Controller controller = running.own(begin(options, running.own(Stores.open(options))));
        new ClientFile(
                        controller.endpoints().apiUrl(),
                        options.region(),
                        options.account(),
                        controller.identity().root().accessKeyId(),
                        controller.identity().root().secretAccessKey(),
                        controller.identity().tls()
                                ? controller.identity().authorityFile().toString()
                                : null,
                        options.cluster())
                .write(options.dataDirectory());
        return controller;
    }

    /** A store that is only starting, or changing its leader, is given some time. */
    private static Controller begin(ServerOptions options, Backend backend) throws IOException, InterruptedException {
        long end = System.nanoTime() + STORE_WAIT_MAX.toNanos();
        while (true) {
            try {
                return Controller.start(ServerSettings.of(options), backend, Chance.ofThisMachine());
            } catch (UnavailableException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                System.err.println("gantry: " + e.getMessage() + "; trying again");
                TimeUnit.NANOSECONDS.sleep(STORE_RETRY.toNanos());
            }
        }
    }

    static List<NodeAgent> startLocalAgents(UpOptions options, Controller controller, Running running)
            throws IOException, InterruptedException {
        HostPort address = HostPort.parse(controller.endpoints().agentAddress());
        List<Integer> ownPorts =
                List.of(options.server().port(), options.server().kubePort(), address.port());
        Nodes nodes = new Nodes(
                options.agent(), options.agent().dataDirectory().resolve("agent"), List.of(address), ownPorts);
        // Its owner starts it again, and wants it back.
        nodes.leave(controller::isDeregistered);
        int missing = nodes.missing();
        Optional<Invitation> invitation = missing == 0
                ? Optional.empty()
                : Optional.of(Invitation.parse(controller.joinToken(JOIN_TOKEN_LIFE, missing) + "@" + address));
        return nodes.start(invitation, running);
    }

    private static String address(Join join) {
        return new HostPort(join.host(), join.port()).toString();
    }
}
