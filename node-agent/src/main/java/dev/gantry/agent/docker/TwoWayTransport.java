package dev.gantry.agent.docker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.github.dockerjava.transport.DockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what has an input of its own over a connection of its own, and closes only its sending half when the input ends:
 * the library's transport never tells a command that its input is over. Everything else, and what needs TLS, is left to
 * the library's.
 */
record TwoWayTransport(DockerHttpClient plain, SocketAddress engine) implements DockerHttpClient {

    private static final Logger LOG = LoggerFactory.getLogger(TwoWayTransport.class);
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final int CHUNK_BYTES = 32 * 1024;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int OK = 200;

    /** Leaves a transport as it is when the engine is reached by TLS. */
    static DockerHttpClient around(DockerHttpClient plain, URI host, boolean tls) {
        if (tls) {
            return plain;
        }
        return address(host)
                .<DockerHttpClient>map(engine -> new TwoWayTransport(plain, engine))
                .orElse(plain);
    }

    private static Optional<SocketAddress> address(URI host) {
        return switch (host.getScheme()) {
            case "unix" -> Optional.of(UnixDomainSocketAddress.of(host.getPath()));
            case "tcp", "http" -> Optional.of(new InetSocketAddress(host.getHost(), host.getPort()));
            case null, default -> Optional.empty();
        };
    }

    @Override
    public Response execute(Request request) {
        InputStream input = request.hijackedInput();
        if (input == null) {
            return plain.execute(request);
        }
        try {
            SocketChannel channel = SocketChannel.open(engine);
            try {
                return begin(channel, request, input);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }

    private static Response begin(SocketChannel channel, Request request, InputStream input) throws IOException {
        byte[] body = request.bodyBytes() == null ? new byte[0] : request.bodyBytes();
        send(channel, head(request, body.length).getBytes(ISO_8859_1));
        send(channel, body);
        InputStream in = new Incoming(channel);
        List<String> lines = head(in).lines().toList();
        int status = Integer.parseInt(lines.getFirst().split(" ", 3)[1]);
        Map<String, List<String>> headers = headers(lines.subList(1, lines.size()));
        if (status != SWITCHING_PROTOCOLS && status != OK) {
            int length = Integer.parseInt(
                    headers.getOrDefault("content-length", List.of("0")).getFirst());
            byte[] text = in.readNBytes(Math.min(length, BODY_BYTES_MAX));
            channel.close();
            return new Answer(status, headers, new ByteArrayInputStream(text), () -> {});
        }
        Thread sender = Thread.ofVirtual().name("exec-stdin").start(() -> pump(input, channel));
        return new Answer(OK, headers, in, () -> {
            sender.interrupt();
            channel.close();
        });
    }

    private static String head(Request request, int bodyLength) {
        StringBuilder head = new StringBuilder()
                .append(request.method())
                .append(' ')
                .append(request.path())
                .append(" HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: ")
                .append(bodyLength)
                .append("\r\n");
        request.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        return head.append("\r\n").toString();
    }

    /** Status line and headers; what comes after them stays unread. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ending = 0;
        while (ending < 4) {
            int next = in.read();
            if (next < 0 || head.size() > HEAD_BYTES_MAX) {
                throw new EOFException("the engine gave no whole answer");
            }
            head.write(next);
            boolean expected = next == (ending % 2 == 0 ? '\r' : '\n');
            ending = expected ? ending + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(ISO_8859_1);
    }

    private static Map<String, List<String>> headers(List<String> lines) {
        Map<String, List<String>> headers = new TreeMap<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        List.of(line.substring(colon + 1).strip()));
            }
        }
        return headers;
    }

    private static void pump(InputStream input, SocketChannel channel) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            for (int count = input.read(chunk); count >= 0; count = input.read(chunk)) {
                send(channel, ByteBuffer.wrap(chunk, 0, count));
            }
            channel.shutdownOutput();
        } catch (IOException e) {
            // The command has ended, or its client has gone: both are told by the other direction.
            LOG.debug("The input of a command ended early: {}", e.toString());
        }
    }

    private static void send(SocketChannel channel, byte[] bytes) throws IOException {
        send(channel, ByteBuffer.wrap(bytes));
    }

    private static void send(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Reads while another thread writes, which the streams of the JDK for one channel do not promise. */
    private static final class Incoming extends InputStream {

        private final SocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK_BYTES).flip();

        Incoming(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer.get() & 0xFF : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, buffer.remaining());
            buffer.get(into, offset, count);
            return count;
        }

        private boolean fill() throws IOException {
            if (buffer.hasRemaining()) {
                return true;
            }
            buffer.clear();
            try {
                int count = channel.read(buffer);
                buffer.flip();
                return count > 0;
            } catch (ClosedChannelException e) {
                // Closed by this side: whoever still reads is at the end.
                buffer.flip();
                return false;
            }
        }
    }

    /** Ends a connection. */
    private interface Ending {
        void end() throws IOException;
    }

    private record Answer(int status, Map<String, List<String>> headers, InputStream body, Ending ending)
            implements Response {

        @Override
        public int getStatusCode() {
            return status;
        }

        @Override
        public Map<String, List<String>> getHeaders() {
            return headers;
        }

        @Override
        public InputStream getBody() {
            return body;
        }

        @Override
        public void close() {
            try {
                ending.end();
            } catch (IOException e) {
                LOG.debug("A connection to the engine did not close cleanly: {}", e.toString());
            }
        }
    }
}
