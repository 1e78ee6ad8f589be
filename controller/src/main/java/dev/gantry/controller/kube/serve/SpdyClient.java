package dev.gantry.controller.kube.serve;

import com.google.protobuf.ByteString;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.kube.serve.spdy.SpdyConnection;
import dev.gantry.controller.kube.serve.spdy.SpdyConnection.Event;
import dev.gantry.controller.session.Client;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A client of {@code exec} or {@code attach} that opens a stream of SPDY for each thing it says or hears. */
final class SpdyClient implements Client {

    static final String ERROR = "error";
    static final String STDIN = "stdin";
    static final String STDOUT = "stdout";
    static final String STDERR = "stderr";
    static final String RESIZE = "resize";

    private static final Duration OPENS_WITHIN = Duration.ofSeconds(30);
    private static final Duration LEAVES_WITHIN = Duration.ofMinutes(1);
    private static final int SIZE_BYTES_MAX = 1024;

    private final SpdyConnection connection;
    private final Set<String> wanted;
    private final CommandProtocol protocol;
    private final Duration idle;
    private final InstantSource clock;
    private final Map<String, Integer> streams = new ConcurrentHashMap<>();
    private final Queue<Frame> heard = new ArrayDeque<>();
    private ByteString sizes = ByteString.EMPTY;

    /**
     * @param wanted the types of the streams that it opens
     * @param idle   how long it may be silent
     */
    SpdyClient(
            SpdyConnection connection,
            Set<String> wanted,
            CommandProtocol protocol,
            Duration idle,
            InstantSource clock) {
        this.connection = connection;
        this.wanted = wanted;
        this.protocol = protocol;
        this.idle = idle;
        this.clock = clock;
    }

    /** Waits until it has opened its streams; says false when it does not do so in time. */
    boolean open() throws InterruptedException, ClientGoneException {
        Instant end = clock.instant().plus(OPENS_WITHIN);
        while (!streams.keySet().containsAll(wanted)) {
            Duration left = Duration.between(clock.instant(), end);
            Optional<List<Event>> events = left.isPositive() ? connection.hear(left) : Optional.empty();
            if (events.isEmpty()) {
                return false;
            }
            take(events.get());
        }
        return true;
    }

    @Override
    public Optional<Frame> hear() throws InterruptedException, ClientGoneException {
        while (heard.isEmpty()) {
            Optional<List<Event>> events = connection.hear(idle);
            if (events.isEmpty()) {
                return Optional.empty();
            }
            take(events.get());
        }
        return Optional.of(heard.remove());
    }

    private void take(List<Event> events) throws InterruptedException, ClientGoneException {
        for (Event event : events) {
            switch (event) {
                case Event.Opened opened -> admit(opened);
                case Event.Came came -> take(came);
                case Event.Reset(int stream) -> {
                    if (is(STDIN, stream)) {
                        heard.add(Frame.newBuilder().setStdinClosed(true).build());
                    }
                    streams.values().remove(stream);
                }
            }
        }
    }

    private void admit(Event.Opened opened) throws InterruptedException, ClientGoneException {
        String type = opened.headers().first("streamtype").orElse("");
        if (isKnown(type) && streams.putIfAbsent(type, opened.stream()) == null) {
            connection.speaker().accept(opened);
        } else {
            connection.speaker().refuse(opened, false);
        }
    }

    /** Those that it need not open, but may, are as good. */
    private boolean isKnown(String type) {
        return wanted.contains(type) || type.equals(STDERR) || type.equals(RESIZE);
    }

    private void take(Event.Came came) {
        if (is(STDIN, came.stream())) {
            if (!came.bytes().isEmpty()) {
                heard.add(Frame.newBuilder().setStdin(came.bytes()).build());
            }
            if (came.isLast()) {
                heard.add(Frame.newBuilder().setStdinClosed(true).build());
            }
        } else if (is(RESIZE, came.stream())) {
            resize(came.bytes());
        }
    }

    /** One size in each line, whatever comes at once. */
    private void resize(ByteString more) {
        sizes = sizes.concat(more);
        for (int end = newline(); end >= 0; end = newline()) {
            ByteString line = sizes.substring(0, end);
            sizes = sizes.substring(end + 1);
            if (!line.isEmpty()) {
                heard.add(Sizes.frame(line));
            }
        }
        if (sizes.size() > SIZE_BYTES_MAX) {
            throw new IllegalArgumentException("the size of a terminal of more than " + SIZE_BYTES_MAX + " bytes");
        }
    }

    private int newline() {
        for (int i = 0; i < sizes.size(); i++) {
            if (sizes.byteAt(i) == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean is(String type, int stream) {
        return Integer.valueOf(stream).equals(streams.get(type));
    }

    @Override
    public void stdout(ByteString bytes) throws InterruptedException, ClientGoneException {
        say(STDOUT, bytes, false);
    }

    @Override
    public void stderr(ByteString bytes) throws InterruptedException, ClientGoneException {
        say(STDERR, bytes, false);
    }

    @Override
    public void finished(Finished how) throws InterruptedException, ClientGoneException {
        say(STDOUT, ByteString.EMPTY, true);
        say(STDERR, ByteString.EMPTY, true);
        say(ERROR, protocol.ending(how), true);
        connection.speaker().flush();
    }

    /**
     * It closes the connection when it has read all: if this side did, the client might lose what it has not read yet. It cannot close it while
     * nobody takes the input that it still sends.
     */
    @Override
    public void seeOff() throws InterruptedException, ClientGoneException {
        Instant end = clock.instant().plus(LEAVES_WITHIN);
        Duration left = LEAVES_WITHIN;
        while (left.isPositive() && connection.hear(left).isPresent()) {
            left = Duration.between(clock.instant(), end);
        }
    }

    /** Nothing to a client that opened no stream for it. */
    private void say(String type, ByteString bytes, boolean isLast) throws InterruptedException, ClientGoneException {
        Integer stream = streams.get(type);
        if (stream != null) {
            connection.speaker().say(stream, bytes, isLast);
        }
    }
}
