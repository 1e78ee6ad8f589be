package dev.gantry.controller.ssm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Socket;
import dev.gantry.controller.session.Client;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import dev.gantry.proto.Resize;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A session-manager-plugin at the other end of an open socket. What it sends is taken in the order of its numbers, each once, and acknowledged; what
 * comes out of order it sends again.
 */
final class PluginClient implements Client, AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NORMAL = 1000;
    private static final int TERMINATE = 2;
    /** As the agent sends it. */
    private static final int PART_BYTES = 1024;

    private static final int TERMINAL_MAX = 10_000;
    private static final String AGENT_VERSION = "3.3.0.0";
    private static final Duration GREETED_WITHIN = Duration.ofSeconds(15);
    private static final Duration HEARD_WITHIN = Duration.ofSeconds(5);

    /** What messages are made of. */
    record Making(InstantSource clock, Supplier<UUID> ids) {}

    private final String session;
    private final Socket socket;
    private final Making making;
    private final Duration idle;
    private final Outbox outbox;
    private long sent;
    private long taken;
    private boolean greeted;

    /**
     * @param socket that is open
     * @param idle   how long it may be silent
     */
    PluginClient(String session, Socket socket, Making making, Duration idle) {
        this.session = session;
        this.socket = socket;
        this.making = making;
        this.idle = idle;
        this.outbox = new Outbox(socket);
    }

    /** Agrees with the plugin on what the session is. */
    void greet() throws InterruptedException, ClientGoneException {
        Instant begun = making.clock().instant();
        ObjectNode request = JSON.createObjectNode().put("AgentVersion", AGENT_VERSION);
        ObjectNode action =
                request.putArray("RequestedClientActions").addObject().put("ActionType", "SessionType");
        action.putObject("ActionParameters")
                .put("SessionType", "InteractiveCommands")
                .putObject("Properties");
        send(ClientMessage.KIND_HANDSHAKE_REQUEST, bytes(request));
        while (!greeted) {
            Duration left = Duration.between(making.clock().instant(), begun.plus(GREETED_WITHIN));
            Optional<Socket.Message> message = left.isPositive() ? socket.receive(left) : Optional.empty();
            if (message.isEmpty()) {
                throw new ClientGoneException("the client did not answer the handshake");
            }
            Optional<Frame> _ = understand(message.get());
        }
        ObjectNode complete = JSON.createObjectNode()
                .put(
                        "HandshakeTimeToComplete",
                        Duration.between(begun, making.clock().instant()).toNanos())
                .put("CustomerMessage", "");
        send(ClientMessage.KIND_HANDSHAKE_COMPLETE, bytes(complete));
    }

    @Override
    public Optional<Frame> hear() throws InterruptedException, ClientGoneException {
        while (true) {
            Optional<Socket.Message> message = socket.receive(idle);
            if (message.isEmpty()) {
                return Optional.empty();
            }
            Optional<Frame> frame = understand(message.get());
            if (frame.isPresent()) {
                return frame;
            }
        }
    }

    private Optional<Frame> understand(Socket.Message message) throws InterruptedException, ClientGoneException {
        if (!(message instanceof Socket.Message.Binary(var body))) {
            return Optional.empty();
        }
        ClientMessage said = ClientMessage.parse(body.bytes());
        return switch (said.type()) {
            case ClientMessage.ACKNOWLEDGE -> {
                outbox.acknowledged(read(said.payload())
                        .path("AcknowledgedMessageSequenceNumber")
                        .asLong(-1));
                yield Optional.empty();
            }
            case ClientMessage.INPUT -> input(said);
            default -> Optional.empty();
        };
    }

    private Optional<Frame> input(ClientMessage said) throws InterruptedException, ClientGoneException {
        if (said.number() > taken) {
            return Optional.empty();
        }
        acknowledge(said);
        if (said.number() < taken) {
            return Optional.empty();
        }
        taken++;
        return switch (said.kind()) {
            case ClientMessage.KIND_OUTPUT ->
                Optional.of(Frame.newBuilder()
                        .setStdin(ByteString.copyFrom(said.payload()))
                        .build());
            case ClientMessage.KIND_SIZE -> Optional.of(size(read(said.payload())));
            case ClientMessage.KIND_HANDSHAKE_RESPONSE -> {
                greeted(read(said.payload()));
                yield Optional.empty();
            }
            case ClientMessage.KIND_FLAG -> {
                if (said.payload().length == Integer.BYTES && said.payload()[Integer.BYTES - 1] == TERMINATE) {
                    throw new ClientGoneException("the client ends the session");
                }
                yield Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    private void greeted(JsonNode response) throws ClientGoneException {
        if (!response.path("Errors").isEmpty()) {
            throw new ClientGoneException("the client does not take the session: "
                    + response.path("Errors").path(0).asText());
        }
        greeted = true;
    }

    private static Frame size(JsonNode size) {
        int columns = size.path("cols").asInt();
        int rows = size.path("rows").asInt();
        if (columns < 0 || rows < 0 || columns > TERMINAL_MAX || rows > TERMINAL_MAX) {
            throw new IllegalArgumentException("no terminal has " + columns + " columns and " + rows + " rows");
        }
        return Frame.newBuilder()
                .setResize(Resize.newBuilder().setColumns(columns).setRows(rows))
                .build();
    }

    private void acknowledge(ClientMessage said) throws InterruptedException, ClientGoneException {
        ObjectNode content = JSON.createObjectNode()
                .put("AcknowledgedMessageType", said.type())
                .put("AcknowledgedMessageId", said.id().toString())
                .put("AcknowledgedMessageSequenceNumber", said.number())
                .put("IsSequentialMessage", true);
        ClientMessage answer = message(
                ClientMessage.ACKNOWLEDGE,
                0,
                ClientMessage.FIRST | ClientMessage.LAST,
                ClientMessage.KIND_NONE,
                bytes(content));
        socket.sendBinary(answer.bytes());
    }

    /** In a terminal there is one output only. */
    @Override
    public void stdout(ByteString bytes) throws InterruptedException, ClientGoneException {
        for (int from = 0; from < bytes.size(); from += PART_BYTES) {
            int to = Math.min(bytes.size(), from + PART_BYTES);
            send(ClientMessage.KIND_OUTPUT, bytes.substring(from, to).toByteArray());
        }
    }

    @Override
    public void stderr(ByteString bytes) throws InterruptedException, ClientGoneException {
        stdout(bytes);
    }

    /** Once it has shown everything, because it leaves at once. */
    @Override
    public void finished(Finished how) throws InterruptedException, ClientGoneException {
        boolean _ = outbox.awaitEmpty(HEARD_WITHIN);
        UUID id = making.ids().get();
        ObjectNode content = JSON.createObjectNode()
                .put("MessageId", id.toString())
                .put("CreatedDate", String.valueOf(making.clock().millis()))
                .put("DestinationId", session)
                .put("SessionId", session)
                .put("MessageType", ClientMessage.CLOSED)
                .put("SchemaVersion", 1)
                .put("Output", how.getError());
        ClientMessage farewell = new ClientMessage(
                ClientMessage.CLOSED,
                making.clock().millis(),
                sent,
                ClientMessage.LAST,
                id,
                ClientMessage.KIND_NONE,
                bytes(content));
        socket.sendBinary(farewell.bytes());
        socket.close(NORMAL, "");
    }

    /** The farewell of WebSockets sees to it. */
    @Override
    public void seeOff() {}

    private void send(int kind, byte[] payload) throws InterruptedException, ClientGoneException {
        long number = sent++;
        outbox.send(message(ClientMessage.OUTPUT, number, number == 0 ? ClientMessage.FIRST : 0, kind, payload));
    }

    private ClientMessage message(String type, long number, long flags, int kind, byte[] payload) {
        return new ClientMessage(
                type, making.clock().millis(), number, flags, making.ids().get(), kind, payload);
    }

    private static byte[] bytes(ObjectNode content) {
        return content.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static JsonNode read(byte[] payload) {
        try {
            return JSON.readTree(new String(payload, StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a payload is no JSON", e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        outbox.close();
    }
}
