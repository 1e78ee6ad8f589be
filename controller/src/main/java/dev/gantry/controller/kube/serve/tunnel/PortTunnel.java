package dev.gantry.controller.kube.serve.tunnel;

import com.google.protobuf.ByteString;
import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Socket;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.proto.Frame;
import dev.gantry.store.UnavailableException;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyGoAwayFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The subresource {@code portforward}. For each connection the client opens two streams of one request id: one that takes why it failed, then
 * one for its bytes, both with the header {@code port}.
 */
public final class PortTunnel {

    /** As clients ask for it. */
    public static final String PROTOCOL = "SPDY/3.1+portforward.k8s.io";

    private static final Duration IDLE = Duration.ofHours(4);
    private static final int CONNECTIONS_MAX = 64;
    private static final int FRAMES_AHEAD_MAX = 64;
    private static final int PROTOCOL_ERROR = 1002;
    private static final String TYPE = "streamtype";

    /** Connects to a port of the pod. */
    @FunctionalInterface
    public interface Connector {

        /**
         * @throws RefusedException     when the node will not
         * @throws UnavailableException when the node cannot be reached
         */
        AgentChannel connect(int port) throws InterruptedException;
    }

    private final Socket socket;
    private final String pod;
    private final Connector connector;
    private final SpdyPort port;
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<Integer, Connection> connections = new ConcurrentHashMap<>();

    private PortTunnel(Socket socket, String pod, Connector connector) {
        this.socket = socket;
        this.pod = pod;
        this.connector = connector;
        this.port = new SpdyPort(socket);
    }

    /**
     * Serves an open socket until the client goes.
     *
     * @param pod its name, for what is said of failures
     */
    public static void serve(Socket socket, String pod, Connector connector)
            throws InterruptedException, ClientGoneException {
        PortTunnel tunnel = new PortTunnel(socket, pod, connector);
        try {
            tunnel.run();
        } finally {
            tunnel.connections.values().forEach(Connection::end);
            tunnel.port.close();
        }
    }

    private void run() throws InterruptedException, ClientGoneException {
        while (true) {
            Optional<Socket.Message> message = socket.receive(IDLE);
            if (message.isEmpty()) {
                return;
            }
            if (message.get() instanceof Socket.Message.Binary(var body)) {
                List<SpdyFrame> frames;
                try {
                    frames = port.decode(body.bytes());
                } catch (RuntimeException _) {
                    socket.close(PROTOCOL_ERROR, "not SPDY/3.1");
                    return;
                }
                for (SpdyFrame frame : frames) {
                    if (!handle(frame)) {
                        return;
                    }
                }
            }
        }
    }

    /** Whether the client means to go on. */
    private boolean handle(SpdyFrame frame) throws InterruptedException {
        switch (frame) {
            case SpdySynStreamFrame opened -> open(opened);
            case SpdyDataFrame data -> take(data);
            case SpdyRstStreamFrame reset -> end(reset.streamId());
            case SpdyPingFrame ping -> port.send(new DefaultSpdyPingFrame(ping.id()));
            case SpdyGoAwayFrame _ -> {
                return false;
            }
            // Settings and windows: neither side of kubectl's protocol minds them.
            default -> {}
        }
        return true;
    }

    private void open(SpdySynStreamFrame opened) throws InterruptedException {
        String request = text(opened, "requestid");
        String number = text(opened, "port");
        boolean isPort =
                number.matches("\\d{1,5}") && Integer.parseInt(number) > 0 && Integer.parseInt(number) < 65_536;
        if (!isPort || connections.size() >= CONNECTIONS_MAX || failures.size() > CONNECTIONS_MAX) {
            SpdyStreamStatus status = isPort ? SpdyStreamStatus.REFUSED_STREAM : SpdyStreamStatus.PROTOCOL_ERROR;
            port.send(new DefaultSpdyRstStreamFrame(opened.streamId(), status));
            return;
        }
        SpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(opened.streamId());
        // Without any header there would be no block of headers, which clients cannot read.
        reply.headers().set(TYPE, text(opened, TYPE));
        port.send(reply);
        if (text(opened, TYPE).equals("error")) {
            failures.put(request, opened.streamId());
        } else {
            Optional<Integer> failure = Optional.ofNullable(failures.remove(request));
            Connection connection = new Connection(opened.streamId(), failure, Integer.parseInt(number));
            connections.put(opened.streamId(), connection);
            connection.begin();
        }
    }

    private static String text(SpdySynStreamFrame opened, String header) {
        CharSequence value = opened.headers().get(header);
        return value == null ? "" : value.toString();
    }

    private void take(SpdyDataFrame data) throws InterruptedException {
        ByteString bytes = ByteString.copyFrom(ByteBufUtil.getBytes(data.content()));
        data.release();
        Connection connection = connections.get(data.streamId());
        if (connection != null) {
            if (!bytes.isEmpty()) {
                connection.give(Frame.newBuilder().setStdin(bytes).build());
            }
            if (data.isLast()) {
                connection.give(Frame.newBuilder().setStdinClosed(true).build());
            }
        }
    }

    private void end(int stream) {
        Connection connection = connections.get(stream);
        if (connection != null) {
            connection.end();
        }
    }

    /** One connection, with a thread for each direction. */
    private final class Connection {

        private final int stream;
        private final Optional<Integer> failure;
        private final int to;
        private final BlockingQueue<Frame> input = new ArrayBlockingQueue<>(FRAMES_AHEAD_MAX);
        private final Thread thread = Thread.ofVirtual().name("port-forward").unstarted(this::run);
        private volatile boolean over;

        Connection(int stream, Optional<Integer> failure, int to) {
            this.stream = stream;
            this.failure = failure;
            this.to = to;
        }

        void begin() {
            thread.start();
        }

        /** What comes before the pod is reached waits; a connection that takes nothing holds up the others of its client. */
        void give(Frame frame) throws InterruptedException {
            if (!over) {
                input.put(frame);
            }
        }

        void end() {
            thread.interrupt();
        }

        private void run() {
            try {
                String problem = converse();
                if (failure.isPresent()) {
                    String words =
                            problem.isEmpty() ? "" : "error forwarding port " + to + " to pod " + pod + ": " + problem;
                    port.send(data(failure.get(), words.getBytes(StandardCharsets.UTF_8), true));
                }
                port.send(data(stream, new byte[0], true));
            } catch (InterruptedException _) {
                // The client wants it no more.
                Thread.currentThread().interrupt();
            } finally {
                over = true;
                connections.remove(stream);
                // Lets go of whoever waits to give more.
                input.clear();
            }
        }

        /** What went wrong; nothing when the connection ended in good order. */
        private String converse() throws InterruptedException {
            try (AgentChannel channel = connector.connect(to)) {
                Thread feeding = Thread.ofVirtual().name("port-input").start(() -> feed(channel));
                try {
                    for (Optional<Frame> next = channel.receive(); next.isPresent(); next = channel.receive()) {
                        Frame frame = next.get();
                        if (frame.hasStdout()) {
                            port.send(data(stream, frame.getStdout().toByteArray(), false));
                        } else if (frame.hasFinished()) {
                            return frame.getFinished().getError();
                        }
                    }
                } finally {
                    feeding.interrupt();
                }
                return channel.failure().orElse("the connection to the node ended");
            } catch (RefusedException | UnavailableException e) {
                return String.valueOf(e.getMessage());
            }
        }

        private void feed(AgentChannel channel) {
            try {
                while (channel.send(input.take())) {
                    // The next one.
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static SpdyDataFrame data(int stream, byte[] bytes, boolean isLast) {
        SpdyDataFrame data = new DefaultSpdyDataFrame(stream, Unpooled.wrappedBuffer(bytes));
        return data.setLast(isLast);
    }
}
