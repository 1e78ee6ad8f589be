package dev.gantry.controller.kube.serve.spdy;

import com.google.protobuf.ByteString;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.Socket;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyGoAwayFrame;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynStreamFrame;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The server's end of a connection that carries streams of SPDY/3.1, in whatever binary messages its socket has. One thread hears, any may
 * speak. Windows are not minded, as neither side of this protocol does in Kubernetes: a slow reader holds up the whole connection instead.
 */
public final class SpdyConnection implements AutoCloseable {

    /** What the client does with a stream. */
    public sealed interface Event {

        int stream();

        /** To be answered by {@link SpdySpeaker#accept} or {@link SpdySpeaker#refuse}. */
        record Opened(int stream, Headers headers) implements Event {}

        record Came(int stream, ByteString bytes, boolean isLast) implements Event {}

        /** It will neither send nor take any more of it. */
        record Reset(int stream) implements Event {}
    }

    private static final int PROTOCOL_ERROR = 1002;

    private final Socket socket;
    private final SpdySpeaker speaker;
    // Headers are compressed with what came before: each direction has its own memory.
    private final EmbeddedChannel decoder = new EmbeddedChannel(new BoundedCodec());
    private int lastStream;

    /** @param socket that is open */
    public SpdyConnection(Socket socket) {
        this.socket = socket;
        this.speaker = new SpdySpeaker(socket);
    }

    public SpdySpeaker speaker() {
        return speaker;
    }

    /**
     * Waits until the client says something.
     *
     * @return nothing when it was silent for that time; an empty list when what it said matters to no stream
     * @throws ClientGoneException also when it speaks no SPDY, and when it says good-bye
     */
    public Optional<List<Event>> hear(Duration atMost) throws InterruptedException, ClientGoneException {
        Optional<Socket.Message> message = socket.receive(atMost);
        if (message.isEmpty()) {
            return Optional.empty();
        }
        List<Event> events = new ArrayList<>();
        if (message.get() instanceof Socket.Message.Binary(var body)) {
            for (Object frame : decode(body.bytes())) {
                take(frame, events);
            }
        }
        return Optional.of(events);
    }

    private List<Object> decode(byte[] bytes) throws ClientGoneException {
        List<Object> frames = new ArrayList<>();
        try {
            boolean _ = decoder.writeInbound(Unpooled.wrappedBuffer(bytes));
            for (Object read = decoder.readInbound(); read != null; read = decoder.readInbound()) {
                frames.add(read);
            }
            return frames;
        } catch (Exception e) {
            // Netty throws checked exceptions here, too, without saying so.
            throw broken(String.valueOf(e.getMessage()));
        }
    }

    private ClientGoneException broken(String problem) {
        socket.close(PROTOCOL_ERROR, "not SPDY/3.1");
        return new ClientGoneException("the client does not speak SPDY/3.1: " + problem);
    }

    private void take(Object frame, List<Event> events) throws InterruptedException, ClientGoneException {
        switch (frame) {
            case SpdySynStreamFrame opened -> open(opened, events);
            case SpdyDataFrame data -> {
                ByteString bytes = ByteString.copyFrom(ByteBufUtil.getBytes(data.content()));
                data.release();
                events.add(new Event.Came(data.streamId(), bytes, data.isLast()));
            }
            case SpdyRstStreamFrame reset -> events.add(new Event.Reset(reset.streamId()));
            case SpdyPingFrame ping -> speaker.send(new DefaultSpdyPingFrame(ping.id()));
            case SpdyGoAwayFrame _ -> throw new ClientGoneException("the client says good-bye");
            default -> {
                boolean _ = ReferenceCountUtil.release(frame);
            }
        }
    }

    private void open(SpdySynStreamFrame opened, List<Event> events) throws ClientGoneException {
        if (opened.isInvalid() || opened.isTruncated()) {
            throw broken("headers that are too large, or none");
        }
        if (opened.streamId() % 2 == 0 || opened.streamId() <= lastStream) {
            throw broken("stream " + opened.streamId() + " after stream " + lastStream);
        }
        lastStream = opened.streamId();
        List<Headers.Field> fields = new ArrayList<>();
        for (Map.Entry<CharSequence, CharSequence> header : opened.headers()) {
            fields.add(new Headers.Field(
                    header.getKey().toString(), header.getValue().toString()));
        }
        events.add(new Event.Opened(opened.streamId(), Headers.of(fields)));
        if (opened.isLast()) {
            events.add(new Event.Came(opened.streamId(), ByteString.EMPTY, true));
        }
    }

    @Override
    public void close() {
        speaker.close();
        boolean _ = decoder.finishAndReleaseAll();
    }
}
