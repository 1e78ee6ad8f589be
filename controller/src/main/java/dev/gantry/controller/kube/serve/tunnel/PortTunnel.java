package dev.gantry.controller.kube.serve.tunnel;

import com.google.protobuf.ByteString;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Socket;
import dev.gantry.proto.Frame;
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
    private static final int PROTOCOL_ERROR = 1002;
    private static final String TYPE = "streamtype";

    private final Socket socket;
    private final String pod;
    private final PortConnection.Connector connector;
    private final SpdyPort port;
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<Integer, PortConnection> connections = new ConcurrentHashMap<>();

    private PortTunnel(Socket socket, String pod, PortConnection.Connector connector) {
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
    public static void serve(Socket socket, String pod, PortConnection.Connector connector)
            throws InterruptedException, ClientGoneException {
        PortTunnel tunnel = new PortTunnel(socket, pod, connector);
        try {
            tunnel.run();
        } finally {
            tunnel.connections.values().forEach(PortConnection::end);
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
            Answer answer = new Answer(port, connections, opened.streamId(), failure);
            PortConnection connection = new PortConnection(pod, Integer.parseInt(number), connector, answer);
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
        PortConnection connection = connections.get(data.streamId());
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
        PortConnection connection = connections.get(stream);
        if (connection != null) {
            connection.end();
        }
    }

    /**
     * What a connection answers, in the streams that the client opened for it.
     *
     * @param failure the stream that takes why it failed, if the client has opened one
     */
    private record Answer(SpdyPort port, Map<Integer, PortConnection> all, int stream, Optional<Integer> failure)
            implements PortConnection.Client {

        @Override
        public void take(byte[] bytes) throws InterruptedException {
            port.send(data(stream, bytes, false));
        }

        @Override
        public void over(String problem) throws InterruptedException {
            if (failure.isPresent()) {
                port.send(data(failure.get(), problem.getBytes(StandardCharsets.UTF_8), true));
            }
            port.send(data(stream, new byte[0], true));
        }

        @Override
        public void left() {
            all.remove(stream);
        }
    }

    private static SpdyDataFrame data(int stream, byte[] bytes, boolean isLast) {
        SpdyDataFrame data = new DefaultSpdyDataFrame(stream, Unpooled.wrappedBuffer(bytes));
        return data.setLast(isLast);
    }
}
