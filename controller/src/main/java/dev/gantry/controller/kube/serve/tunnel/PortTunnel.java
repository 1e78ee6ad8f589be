package dev.gantry.controller.kube.serve.tunnel;

import com.google.protobuf.ByteString;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.Socket;
import dev.gantry.controller.kube.serve.spdy.SpdyConnection;
import dev.gantry.controller.kube.serve.spdy.SpdyConnection.Event;
import dev.gantry.controller.kube.serve.spdy.SpdySpeaker;
import dev.gantry.proto.Frame;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The subresource {@code portforward}. For each connection the client opens two streams of one request id: one that takes why it failed, then
 * one for its bytes, both with the header {@code port}.
 */
public final class PortTunnel {

    /** As clients ask for it that change to SPDY. */
    public static final String PROTOCOL = "portforward.k8s.io";

    /** As clients ask for it that carry SPDY in a WebSocket. */
    public static final String SOCKET_PROTOCOL = "SPDY/3.1+" + PROTOCOL;

    private static final Duration IDLE = Duration.ofHours(4);
    private static final int CONNECTIONS_MAX = 64;

    private final String pod;
    private final PortConnection.Connector connector;
    private final SpdyConnection client;
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<Integer, PortConnection> connections = new ConcurrentHashMap<>();

    private PortTunnel(SpdyConnection client, String pod, PortConnection.Connector connector) {
        this.client = client;
        this.pod = pod;
        this.connector = connector;
    }

    /**
     * Serves an open socket until the client goes.
     *
     * @param pod its name, for what is said of failures
     */
    public static void serve(Socket socket, String pod, PortConnection.Connector connector)
            throws InterruptedException, ClientGoneException {
        try (SpdyConnection client = new SpdyConnection(socket)) {
            PortTunnel tunnel = new PortTunnel(client, pod, connector);
            try {
                tunnel.run();
            } finally {
                tunnel.connections.values().forEach(PortConnection::end);
            }
        }
    }

    private void run() throws InterruptedException, ClientGoneException {
        for (var events = client.hear(IDLE); events.isPresent(); events = client.hear(IDLE)) {
            for (Event event : events.get()) {
                switch (event) {
                    case Event.Opened opened -> open(opened);
                    case Event.Came came -> take(came);
                    case Event.Reset(int stream) -> end(stream);
                }
            }
        }
    }

    private void open(Event.Opened opened) throws InterruptedException, ClientGoneException {
        Headers headers = opened.headers();
        String request = headers.first("requestid").orElse("");
        String number = headers.first("port").orElse("");
        boolean isPort =
                number.matches("\\d{1,5}") && Integer.parseInt(number) > 0 && Integer.parseInt(number) < 65_536;
        boolean hasRoom = connections.size() < CONNECTIONS_MAX && failures.size() <= CONNECTIONS_MAX;
        boolean isFailure = headers.first("streamtype").orElse("").equals("error");
        Optional<Integer> failure = isFailure ? Optional.empty() : Optional.ofNullable(failures.remove(request));
        if (!isPort || !hasRoom) {
            client.speaker().refuse(opened, isPort);
            return;
        }
        client.speaker().accept(opened);
        if (isFailure) {
            failures.put(request, opened.stream());
        } else {
            Answer answer = new Answer(client.speaker(), connections, opened.stream(), failure);
            PortConnection connection = new PortConnection(pod, Integer.parseInt(number), connector, answer);
            connections.put(opened.stream(), connection);
            connection.begin();
        }
    }

    private void take(Event.Came came) throws InterruptedException {
        PortConnection connection = connections.get(came.stream());
        if (connection != null) {
            if (!came.bytes().isEmpty()) {
                connection.give(Frame.newBuilder().setStdin(came.bytes()).build());
            }
            if (came.isLast()) {
                connection.give(Frame.newBuilder().setStdinClosed(true).build());
            }
        }
    }

    private void end(int stream) {
        failures.values().remove(stream);
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
    private record Answer(SpdySpeaker speaker, Map<Integer, PortConnection> all, int stream, Optional<Integer> failure)
            implements PortConnection.Client {

        @Override
        public void take(byte[] bytes) throws InterruptedException, ClientGoneException {
            speaker.say(stream, ByteString.copyFrom(bytes), false);
        }

        @Override
        public void over(String problem) throws InterruptedException, ClientGoneException {
            if (failure.isPresent()) {
                speaker.say(failure.get(), ByteString.copyFromUtf8(problem), true);
            }
            speaker.say(stream, ByteString.EMPTY, true);
        }

        @Override
        public void left() {
            all.remove(stream);
        }
    }
}
