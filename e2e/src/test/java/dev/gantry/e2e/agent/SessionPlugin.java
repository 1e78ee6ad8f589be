package dev.gantry.e2e.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/**
 * What the {@code aws} command starts in place of AWS's session-manager-plugin: the same arguments, and the same protocol by its public
 * description. As the original may, it passes over the first output that comes, and lets the second overtake it: both must be sent again or kept.
 */
public final class SessionPlugin implements WebSocket.Listener {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int HEADER = 116;
    private static final int OUTPUT = 1;
    private static final int SIZE = 3;
    private static final int HANDSHAKE_REQUEST = 5;
    private static final int HANDSHAKE_RESPONSE = 6;
    private static final int HANDSHAKE_COMPLETE = 7;
    private static final long PATIENCE_SECONDS = 60;

    private final PrintStream out;
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
    private final Map<Long, byte[]> early = new TreeMap<>();
    private final Map<Long, byte[]> unacknowledged = new ConcurrentSkipListMap<>();
    private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private long expected;
    private long sent;
    private boolean passedOver;

    private SessionPlugin(PrintStream out) {
        this.out = out;
    }

    /** Arguments: the session as JSON, region, operation, profile, request as JSON, endpoint. Without any it says that it is there. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0) {
            System.out.println("The plugin is there.");
            return;
        }
        if (!arguments[2].equals("StartSession")) {
            throw new IllegalArgumentException(String.join(" ", arguments));
        }
        JsonNode session = JSON.readTree(arguments[0]);
        System.out.println(
                "Starting session with SessionId: " + session.path("sessionId").asText());
        System.out.println(
                "Target: " + JSON.readTree(arguments[4]).path("Target").asText());
        String size = System.getenv().getOrDefault("PLUGIN_SIZE", "{\"cols\":101,\"rows\":42}");
        new SessionPlugin(System.out).run(session, size);
        System.out.flush();
        System.exit(0);
    }

    private void run(JsonNode session, String size) throws Exception {
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(session.path("streamUrl").asText()), this)
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        ObjectNode open = JSON.createObjectNode()
                .put("MessageSchemaVersion", "1.0")
                .put("RequestId", UUID.randomUUID().toString())
                .put("TokenValue", session.path("tokenValue").asText())
                .put("ClientId", UUID.randomUUID().toString())
                .put("ClientVersion", "1.2.0.0");
        socket.sendText(open.toString(), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        begun.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        send(socket, SIZE, size.getBytes(StandardCharsets.UTF_8));
        Thread.ofPlatform().daemon().start(() -> type(socket));
        String why = closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!unacknowledged.isEmpty()) {
            out.println("NOT ACKNOWLEDGED: " + unacknowledged.keySet());
        }
        out.println(why.isEmpty() ? "Exiting session" : "SessionId: " + why);
    }

    private void type(WebSocket socket) {
        byte[] buffer = new byte[1024];
        try {
            for (int count = System.in.read(buffer); count >= 0; count = System.in.read(buffer)) {
                send(socket, OUTPUT, Arrays.copyOf(buffer, count));
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private synchronized void send(WebSocket socket, int kind, byte[] payload) {
        long number = sent++;
        byte[] message = message("input_stream_data", number, 0, kind, payload);
        unacknowledged.put(number, message);
        transmit(socket, message);
        if (number == 1) {
            // As if no acknowledgement had come: it must not be taken twice.
            transmit(socket, message);
        }
    }

    private static void transmit(WebSocket socket, byte[] message) {
        socket.sendBinary(ByteBuffer.wrap(message), true).join();
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        byte[] part = new byte[data.remaining()];
        data.get(part);
        parts.writeBytes(part);
        if (last) {
            byte[] message = parts.toByteArray();
            parts.reset();
            Thread.ofVirtual().start(() -> {
                try {
                    take(socket, message);
                } catch (IOException | RuntimeException e) {
                    closed.completeExceptionally(e);
                } finally {
                    socket.request(1);
                }
            });
            return CompletableFuture.completedFuture(null);
        }
        socket.request(1);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        closed.complete("closed with " + code + " " + reason);
        begun.completeExceptionally(new IllegalStateException("closed with " + code + " " + reason));
        return CompletableFuture.completedFuture(null);
    }

    private void take(WebSocket socket, byte[] message) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(message);
        String type = new String(message, 4, 32, StandardCharsets.UTF_8).strip();
        byte[] payload = Arrays.copyOfRange(message, buffer.getInt(0) + 4, message.length);
        if (!Arrays.equals(sha256(payload), Arrays.copyOfRange(message, 80, 112))) {
            throw new IllegalStateException("the digest of a payload is wrong");
        }
        switch (type) {
            case "acknowledge" ->
                unacknowledged.remove(JSON.readTree(payload)
                        .path("AcknowledgedMessageSequenceNumber")
                        .asLong());
            case "channel_closed" ->
                closed.complete(JSON.readTree(payload).path("Output").asText());
            case "output_stream_data" -> output(socket, buffer.getLong(48), message, payload);
            default -> throw new IllegalStateException("an unknown type: " + type);
        }
    }

    private void output(WebSocket socket, long number, byte[] message, byte[] payload) throws IOException {
        int kind = ByteBuffer.wrap(message).getInt(112);
        boolean isFirst = kind == OUTPUT && !passedOver;
        if (isFirst && number == expected) {
            passedOver = true;
            return;
        }
        if (number <= expected) {
            acknowledge(socket, message, number);
        }
        if (number > expected) {
            acknowledge(socket, message, number);
            early.put(number, message);
        } else if (number == expected) {
            expected++;
            process(socket, kind, payload);
            byte[] next = early.remove(expected);
            while (next != null) {
                expected++;
                process(socket, ByteBuffer.wrap(next).getInt(112), Arrays.copyOfRange(next, HEADER + 4, next.length));
                next = early.remove(expected);
            }
        }
    }

    private void process(WebSocket socket, int kind, byte[] payload) throws IOException {
        switch (kind) {
            case OUTPUT -> {
                out.write(payload);
                out.flush();
            }
            case HANDSHAKE_REQUEST -> {
                JsonNode request = JSON.readTree(payload);
                ObjectNode response = JSON.createObjectNode().put("ClientVersion", "1.2.0.0");
                ArrayNode processed = response.putArray("ProcessedClientActions");
                for (JsonNode action : request.path("RequestedClientActions")) {
                    out.println("SessionType: "
                            + action.path("ActionParameters")
                                    .path("SessionType")
                                    .asText());
                    processed
                            .addObject()
                            .put("ActionType", action.path("ActionType").asText())
                            .put("ActionStatus", 1)
                            .putNull("ActionResult")
                            .put("Error", "");
                }
                response.putNull("Errors");
                send(socket, HANDSHAKE_RESPONSE, response.toString().getBytes(StandardCharsets.UTF_8));
            }
            case HANDSHAKE_COMPLETE -> {
                if (JSON.readTree(payload).path("HandshakeTimeToComplete").asLong() <= 0) {
                    throw new IllegalStateException("the handshake took no time");
                }
                begun.complete(true);
            }
            default -> throw new IllegalStateException("an unknown kind of output: " + kind);
        }
    }

    private void acknowledge(WebSocket socket, byte[] message, long number) {
        ByteBuffer buffer = ByteBuffer.wrap(message);
        String id = new UUID(buffer.getLong(72), buffer.getLong(64)).toString();
        String type = new String(message, 4, 32, StandardCharsets.UTF_8).strip();
        ObjectNode content = JSON.createObjectNode()
                .put("AcknowledgedMessageType", type)
                .put("AcknowledgedMessageId", id)
                .put("AcknowledgedMessageSequenceNumber", number)
                .put("IsSequentialMessage", true);
        synchronized (this) {
            transmit(socket, message("acknowledge", 0, 3, 0, content.toString().getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static byte[] message(String type, long number, long flags, int kind, byte[] payload) {
        UUID id = UUID.randomUUID();
        byte[] name = new byte[32];
        Arrays.fill(name, (byte) ' ');
        System.arraycopy(type.getBytes(StandardCharsets.UTF_8), 0, name, 0, type.length());
        ByteBuffer message = ByteBuffer.allocate(HEADER + 4 + payload.length);
        message.putInt(0, HEADER)
                .put(4, name)
                .putInt(36, 1)
                .putLong(40, System.currentTimeMillis())
                .putLong(48, number)
                .putLong(56, flags)
                .putLong(64, id.getLeastSignificantBits())
                .putLong(72, id.getMostSignificantBits())
                .put(80, sha256(payload))
                .putInt(112, kind)
                .putInt(HEADER, payload.length)
                .put(HEADER + 4, payload);
        return message.array();
    }

    private static byte[] sha256(byte[] payload) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(payload);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
