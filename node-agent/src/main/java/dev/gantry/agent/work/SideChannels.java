package dev.gantry.agent.work;

import com.google.protobuf.ByteString;
import dev.gantry.agent.Sink;
import dev.gantry.agent.Source;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.Output;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.PortRequest;
import dev.gantry.proto.StatsRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs, commands, connections and statistics of containers. The last frame always says how it ended.
 *
 * @param keepers by the workload's key
 */
record SideChannels(ContainerEngine engine, PreviousLogs previousLogs, Function<String, Optional<Keeper>> keepers) {

    private static final Logger LOG = LoggerFactory.getLogger(SideChannels.class);
    private static final int NOT_RUN = -1;

    void serve(OpenChannel request, Source input, Sink output) throws InterruptedException {
        switch (request.getRequestCase()) {
            case LOGS -> {
                LogsRequest logs = request.getLogs();
                if (logs.getPrevious()) {
                    previous(logs, output);
                } else {
                    logs(containers(logs.getScope(), logs.getWorkloadId()), logs, output);
                }
            }
            case EXEC -> {
                ExecRequest exec = request.getExec();
                exec(containers(exec.getScope(), exec.getWorkloadId()), exec, input, output);
            }
            case ATTACH -> {
                AttachRequest attach = request.getAttach();
                attach(containers(attach.getScope(), attach.getWorkloadId()), attach, input, output);
            }
            case STATS -> {
                StatsRequest stats = request.getStats();
                stats(containers(stats.getScope(), stats.getWorkloadId()), output);
            }
            case PORT -> port(request.getPort(), input, output);
            case REQUEST_NOT_SET ->
                throw new IllegalArgumentException("this agent is too old for what the channel is for");
        }
    }

    private void port(PortRequest request, Source input, Sink output) throws InterruptedException {
        Optional<String> address = keepers.apply(Names.key(request.getScope(), request.getWorkloadId()))
                .flatMap(Ports::address);
        if (address.isEmpty()) {
            finish(output, NOT_RUN, "it does not run, or has no address");
            return;
        }
        try {
            Ports.connect(address.get(), request.getPort(), input, output);
            finish(output, 0, "");
        } catch (IOException e) {
            finish(output, NOT_RUN, "port " + request.getPort() + " at " + address.get() + ": " + e.getMessage());
        }
    }

    private Map<String, ObservedContainer> containers(String scope, String id) {
        Map<String, ObservedContainer> seen = new HashMap<>(
                keepers.apply(Names.key(scope, id)).map(Keeper::seen).orElse(Map.of()));
        // What holds a network is nobody's business.
        seen.keySet().removeIf(Sandbox::isNamed);
        return seen;
    }

    private void logs(Map<String, ObservedContainer> containers, LogsRequest request, Sink sink)
            throws InterruptedException {
        String name = request.getContainer();
        Optional<ObservedContainer> container = find(containers, name);
        if (container.isEmpty()) {
            finish(sink, NOT_RUN, missing(name));
            return;
        }
        try {
            engine.logs(container.get().id(), request, output(sink));
            finish(sink, 0, "");
        } catch (EngineException e) {
            finish(sink, NOT_RUN, "the log of container " + name + " cannot be read: " + e.text());
        }
    }

    private void previous(LogsRequest request, Sink sink) throws InterruptedException {
        Optional<DesiredWorkload> workload = keepers.apply(Names.key(request.getScope(), request.getWorkloadId()))
                .flatMap(Keeper::desired);
        try {
            boolean isThere = workload.isPresent() && previousLogs.read(workload.get(), request, output(sink));
            finish(
                    sink,
                    isThere ? 0 : NOT_RUN,
                    isThere ? "" : "there was no run of container " + request.getContainer() + " before on this node");
        } catch (IOException e) {
            finish(sink, NOT_RUN, "the log of the run before cannot be read: " + e.getMessage());
        }
    }

    /** An empty name means the only container. */
    private static Optional<ObservedContainer> find(Map<String, ObservedContainer> containers, String name) {
        boolean only = name.isEmpty() && containers.size() == 1;
        return only ? containers.values().stream().findFirst() : Optional.ofNullable(containers.get(name));
    }

    private static String missing(String name) {
        return name.isEmpty()
                ? "name the container: the task has none or several on this node"
                : "container " + name + " does not exist on this node: it has not started yet, or was removed";
    }

    private static Output output(Sink sink) {
        return (channel, bytes) -> {
            ByteString content = ByteString.copyFrom(bytes);
            Frame.Builder frame = Frame.newBuilder();
            return sink.send(
                    switch (channel) {
                        case STDOUT -> frame.setStdout(content).build();
                        case STDERR -> frame.setStderr(content).build();
                    });
        };
    }

    private static void finish(Sink sink, int exitCode, String error) throws InterruptedException {
        boolean told = sink.send(Frame.newBuilder()
                .setFinished(Finished.newBuilder().setExitCode(exitCode).setError(error))
                .build());
        LOG.debug("Side channel ended with {} {}, told {}", exitCode, error, told);
    }

    private void exec(Map<String, ObservedContainer> containers, ExecRequest request, Source input, Sink output)
            throws InterruptedException {
        Beginning beginning = (id, stdin) -> engine.exec(id, request, stdin, output(output));
        converse(containers, request.getContainer(), beginning, "the command cannot be run in", input, output);
    }

    private void attach(Map<String, ObservedContainer> containers, AttachRequest request, Source input, Sink output)
            throws InterruptedException {
        Beginning beginning = (id, stdin) -> engine.attach(id, request, stdin, output(output));
        converse(containers, request.getContainer(), beginning, "nobody can be attached to", input, output);
    }

    /** Begins a conversation with a running container. */
    private interface Beginning {
        ContainerEngine.Session begin(String id, InputStream stdin) throws InterruptedException;
    }

    private static void converse(
            Map<String, ObservedContainer> containers,
            String name,
            Beginning beginning,
            String failure,
            Source input,
            Sink output)
            throws InterruptedException {
        Optional<ObservedContainer> container = find(containers, name).filter(ObservedContainer::isRunning);
        if (container.isEmpty()) {
            finish(output, NOT_RUN, "container " + name + " does not run");
            return;
        }
        BytePipe stdin = new BytePipe();
        try (ContainerEngine.Session session = beginning.begin(container.get().id(), stdin)) {
            Thread feeding = Thread.ofVirtual().name("exec-input").start(() -> feed(input, stdin, session));
            try {
                finish(output, session.exitCode(), "");
            } finally {
                feeding.interrupt();
                stdin.end();
            }
        } catch (EngineException e) {
            finish(output, NOT_RUN, failure + " container " + name + ": " + e.text());
        }
    }

    /** Hands on input until the other side is gone, which ends the command's input and its output. */
    private static void feed(Source input, BytePipe stdin, ContainerEngine.Session session) {
        try {
            for (Optional<Frame> frame = input.next(); frame.isPresent(); frame = input.next()) {
                take(frame.get(), stdin, session);
            }
            stdin.end();
            session.close();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // The command has ended.
        }
    }

    private static void take(Frame frame, BytePipe stdin, ContainerEngine.Session session) throws InterruptedException {
        switch (frame.getFrameCase()) {
            case STDIN -> stdin.write(frame.getStdin().toByteArray());
            case STDIN_CLOSED -> stdin.finish();
            case RESIZE -> resize(frame, session);
            default -> LOG.debug("Ignoring {} in the input of a command", frame.getFrameCase());
        }
    }

    private static void resize(Frame frame, ContainerEngine.Session session) throws InterruptedException {
        try {
            session.resize(frame.getResize().getColumns(), frame.getResize().getRows());
        } catch (EngineException e) {
            // A terminal of the wrong size is still a terminal.
            LOG.debug("Cannot resize: {}", e.text());
        }
    }

    private void stats(Map<String, ObservedContainer> containers, Sink sink) throws InterruptedException {
        try {
            for (Map.Entry<String, ObservedContainer> entry : new TreeMap<>(containers).entrySet()) {
                if (entry.getValue().isRunning()) {
                    ContainerStats sample = engine.stats(entry.getValue().id());
                    sink.send(Frame.newBuilder()
                            .setStats(sample.toBuilder().setContainer(entry.getKey()))
                            .build());
                }
            }
            finish(sink, 0, "");
        } catch (EngineException e) {
            finish(sink, NOT_RUN, e.text());
        }
    }
}
