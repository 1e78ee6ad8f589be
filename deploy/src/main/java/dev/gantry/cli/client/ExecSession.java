package dev.gantry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A command that runs in a container while this end feeds it and prints what it writes. */
public final class ExecSession {

    private static final byte STDIN = 0;
    private static final byte STDOUT = 1;
    private static final byte STDERR = 2;
    private static final byte RESIZE = 3;
    private static final byte FINISHED = 4;
    private static final byte STDIN_CLOSED = 5;
    private static final int FRAME_MAX = 1 << 20;
    private static final Duration SEND_MAX = Duration.ofSeconds(30);

    private final PrintStream out;
    private final PrintStream err;
    private final BlockingQueue<End> ended = new LinkedBlockingQueue<>(4);
    private final Object sending = new Object();
    private @Nullable WebSocket socket;

    public ExecSession(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /**
     * How it ended.
     *
     * @param error empty when the command ran to its end
     */
    public record End(int exitCode, String error) {}

    public void open(OpsClient ops, String target) throws InterruptedException {
        socket = ops.open(target, new Frames());
    }

    /** Waits for the end of the command, however long it takes. */
    public End await() throws InterruptedException {
        return ended.take();
    }

    /** Sends all of a stream, then closes the command's input. Meant for a thread of its own. */
    public void feed(InputStream in) {
        byte[] buffer = new byte[8192];
        try {
            for (int read = in.read(buffer, 1, buffer.length - 1);
                    read >= 0;
                    read = in.read(buffer, 1, buffer.length - 1)) {
                buffer[0] = STDIN;
                send(Arrays.copyOf(buffer, read + 1));
            }
            send(new byte[] {STDIN_CLOSED});
        } catch (IOException e) {
            ended.offer(new End(1, "the connection was lost: " + e.getMessage()));
        }
    }

    /** Tells the command's terminal its size. */
    public void resize(int columns, int rows) throws IOException {
        String size = JsonNodeFactory.instance
                .objectNode()
                .put("columns", columns)
                .put("rows", rows)
                .toString();
        byte[] text = size.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[text.length + 1];
        frame[0] = RESIZE;
        System.arraycopy(text, 0, frame, 1, text.length);
        send(frame);
    }

    /** One frame at a time: the JDK's client refuses a second one before the first has gone. */
    private void send(byte[] frame) throws IOException {
        WebSocket open = socket;
        if (open == null) {
            return;
        }
        synchronized (sending) {
            try {
                open.sendBinary(ByteBuffer.wrap(frame), true).get(SEND_MAX.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException(String.valueOf(e.getMessage()), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    private final class Frames implements WebSocket.Listener {
        private final ByteArrayOutputStream frame = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            frame.writeBytes(bytes);
            if (frame.size() > FRAME_MAX) {
                ended.offer(new End(1, "the server sent a frame of more than 1 MiB"));
                from.abort();
                return null;
            }
            if (last) {
                take(frame.toByteArray());
                frame.reset();
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            ended.offer(new End(1, "the server closed the session: " + status + " " + reason));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            ended.offer(new End(1, "the connection was lost: " + error.getMessage()));
        }

        private void take(byte[] bytes) {
            if (bytes.length == 0) {
                return;
            }
            switch (bytes[0]) {
                case STDOUT -> write(out, bytes);
                case STDERR -> write(err, bytes);
                case FINISHED -> ended.offer(end(Arrays.copyOfRange(bytes, 1, bytes.length)));
                default -> {
                    // A later server may say more than this client knows.
                }
            }
        }

        private void write(PrintStream stream, byte[] bytes) {
            stream.write(bytes, 1, bytes.length - 1);
            stream.flush();
        }

        private End end(byte[] json) {
            try {
                JsonNode node = new ObjectMapper().readTree(json);
                return new End(
                        node.path("exitCode").asInt(1),
                        node.hasNonNull("error") ? node.path("error").asText() : "");
            } catch (IOException e) {
                return new End(1, "the server's last frame cannot be read: " + e.getMessage());
            }
        }
    }
}
