package dev.gantry.controller.kube.serve.tunnel;

import com.google.protobuf.ByteString;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Socket;
import dev.gantry.proto.Frame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The subresource {@code portforward} for clients that name ports in their query, as client libraries do that know no SPDY: one connection to each
 * port. The first byte of each message is its channel, twice the port's place in the query, or one more for what went wrong with it; the first
 * message of each channel is the port itself.
 */
public final class PortChannels {

    public static final int PORTS_MAX = 64;

    private static final Duration IDLE = Duration.ofHours(4);
    private static final int NORMAL = 1000;

    private final Socket socket;
    private final List<PortConnection> connections = new ArrayList<>();
    private final AtomicInteger open;

    private PortChannels(Socket socket, int count) {
        this.socket = socket;
        this.open = new AtomicInteger(count);
    }

    /**
     * Serves an open socket until the client goes, or all its connections have ended.
     *
     * @param pod   its name, for what is said of failures
     * @param ports as the client names them, at most {@link #PORTS_MAX}
     */
    public static void serve(Socket socket, String pod, List<Integer> ports, PortConnection.Connector connector)
            throws InterruptedException, ClientGoneException {
        PortChannels channels = new PortChannels(socket, ports.size());
        try {
            for (int port : ports) {
                channels.connect(pod, port, connector);
            }
            channels.feed();
        } finally {
            channels.connections.forEach(PortConnection::end);
        }
    }

    private void connect(String pod, int port, PortConnection.Connector connector)
            throws InterruptedException, ClientGoneException {
        int channel = 2 * connections.size();
        byte[] number = {(byte) port, (byte) (port >>> 8)};
        send(channel, number);
        send(channel + 1, number);
        PortConnection connection = new PortConnection(pod, port, connector, new Answer(channel));
        connections.add(connection);
        connection.begin();
    }

    private void feed() throws InterruptedException, ClientGoneException {
        while (true) {
            Optional<Socket.Message> message = socket.receive(IDLE);
            if (message.isEmpty()) {
                return;
            }
            ByteString bytes = message.get() instanceof Socket.Message.Binary(var body)
                    ? ByteString.copyFrom(body.bytes())
                    : ByteString.EMPTY;
            int channel = bytes.isEmpty() ? -1 : bytes.byteAt(0);
            // Nobody sends anything of use to a channel of failures.
            if (bytes.size() > 1 && channel >= 0 && channel % 2 == 0 && channel / 2 < connections.size()) {
                connections
                        .get(channel / 2)
                        .give(Frame.newBuilder().setStdin(bytes.substring(1)).build());
            }
        }
    }

    private void send(int channel, byte[] bytes) throws InterruptedException, ClientGoneException {
        byte[] message = new byte[bytes.length + 1];
        message[0] = (byte) channel;
        System.arraycopy(bytes, 0, message, 1, bytes.length);
        socket.sendBinary(message);
    }

    /** What a connection answers, in its two channels. */
    private final class Answer implements PortConnection.Client {

        private final int channel;

        Answer(int channel) {
            this.channel = channel;
        }

        @Override
        public void take(byte[] bytes) throws InterruptedException, ClientGoneException {
            send(channel, bytes);
        }

        @Override
        public void over(String problem) throws InterruptedException, ClientGoneException {
            if (!problem.isEmpty()) {
                send(channel + 1, problem.getBytes(StandardCharsets.UTF_8));
            }
        }

        /** The last one ends the session. */
        @Override
        public void left() {
            if (open.decrementAndGet() == 0) {
                socket.close(NORMAL, "");
            }
        }
    }
}
