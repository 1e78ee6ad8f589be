package dev.gantry.controller.ssm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.dispatch.Channels;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.HttpRequest;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Routes;
import dev.gantry.controller.http.Socket;
import dev.gantry.controller.http.SocketHandler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.controller.resource.Workloads;
import dev.gantry.controller.session.Conversation;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.ExecSession;
import dev.gantry.proto.Finished;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Workload;
import dev.gantry.store.Store;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /v1/data-channel/SESSION} as a WebSocket: the session that {@code aws ecs execute-command} was promised. The first message is text and has
 * the token; from then on the plugin's protocol is spoken.
 */
public final class DataChannel implements SocketHandler {

    private static final Logger log = LoggerFactory.getLogger(DataChannel.class);
    private static final String PREFIX = "/v1/data-channel/";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TOKEN_WITHIN = Duration.ofSeconds(10);
    /** As long as AWS lets a session be idle. */
    private static final Duration IDLE = Duration.ofMinutes(20);

    private static final int POLICY = 1008;

    /** Leaves a trace of sessions: what cannot be traced does not begin. */
    @FunctionalInterface
    public interface Trace {
        /**
         * @param from    address of the client
         * @param outcome in a word
         */
        void record(ExecSession session, String from, String outcome);
    }

    /**
     * What it works with.
     *
     * @param ids of messages
     */
    public record Parts(Store store, Channels channels, InstantSource clock, Supplier<UUID> ids, Trace trace) {}

    private final Parts parts;
    private final Promises promises;

    public DataChannel(Parts parts) {
        this.parts = parts;
        this.promises = new Promises(parts.store(), parts.clock());
    }

    /** Serves it at its path. */
    public void mount(Routes routes) {
        routes.socket(PREFIX + "*", this);
    }

    @Override
    public void handle(HttpRequest request, Socket socket) throws InterruptedException, ClientGoneException {
        String id = request.path().substring(PREFIX.length());
        if (!promises.has(id)) {
            socket.refuse(HttpResponse.json(
                    403,
                    JSON.createObjectNode()
                            .put(
                                    "message",
                                    "There is no such session, or it was begun already, or nobody came in time.")
                            .toString()));
            return;
        }
        socket.accept();
        Optional<ExecSession> session = redeem(id, socket);
        if (session.isEmpty()) {
            socket.close(POLICY, "the token is not the session's");
            return;
        }
        parts.trace().record(session.get(), request.remoteAddress(), "STARTED");
        try {
            serve(session.get(), socket);
        } catch (IllegalArgumentException e) {
            log.debug("session {} ends, because its client says what makes no sense", id, e);
            socket.close(POLICY, "this makes no sense");
        } finally {
            parts.trace().record(session.get(), request.remoteAddress(), "ENDED");
        }
    }

    private Optional<ExecSession> redeem(String id, Socket socket) throws InterruptedException, ClientGoneException {
        Optional<Socket.Message> first = socket.receive(TOKEN_WITHIN);
        if (first.isEmpty() || !(first.get() instanceof Socket.Message.Text(String text))) {
            return Optional.empty();
        }
        try {
            return promises.redeem(id, JSON.readTree(text).path("TokenValue").asText());
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }

    private void serve(ExecSession session, Socket socket) throws InterruptedException, ClientGoneException {
        PluginClient.Making making = new PluginClient.Making(parts.clock(), parts.ids());
        try (PluginClient client = new PluginClient(session.getId(), socket, making, IDLE)) {
            client.greet();
            Optional<AgentChannel> channel = open(session, client);
            if (channel.isPresent()) {
                try (AgentChannel open = channel.get()) {
                    Conversation.hold(open, client, true);
                }
            }
        }
    }

    /** Empty when it cannot be had, which the client was told. */
    private Optional<AgentChannel> open(ExecSession session, PluginClient client)
            throws InterruptedException, ClientGoneException {
        try {
            return Optional.of(open(session));
        } catch (RefusedException | UnavailableException e) {
            client.finished(Finished.newBuilder()
                    .setExitCode(-1)
                    .setError(String.valueOf(e.getMessage()))
                    .build());
            return Optional.empty();
        }
    }

    private AgentChannel open(ExecSession session) throws InterruptedException {
        Workload workload = parts.store()
                .snapshot()
                .get(Kinds.WORKLOAD.key(session.getScope(), session.getWorkloadId()))
                .map(Versioned::value)
                .filter(Workloads::isPlaced)
                .orElseThrow(() -> new RefusedException(
                        RefusedException.Reason.NOT_FOUND, "the task is gone: " + session.getWorkloadId()));
        ExecRequest.Builder exec = ExecRequest.newBuilder()
                .setScope(session.getScope())
                .setWorkloadId(session.getWorkloadId())
                .setContainer(session.getContainer())
                .addAllCommand(session.getCommandList())
                .setTerminal(true)
                .setStdin(true);
        return parts.channels()
                .open(
                        workload.getPlacement().getNode(),
                        OpenChannel.newBuilder().setExec(exec).build());
    }
}
