package dev.gantry.controller.kube.serve;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyPingFrame;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A client that changes to SPDY/3.1, frame by frame. */
final class SpdyCaller implements AutoCloseable {

    private final Socket socket;
    private final String head;
    private final EmbeddedChannel decoder = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final EmbeddedChannel encoder = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final Queue<SpdyFrame> frames = new ArrayDeque<>();
    private final Map<Integer, ByteArrayOutputStream> read = new TreeMap<>();
    private int lastStream = -1;

    /** @param headers lines of them */
    SpdyCaller(int port, String request, String... headers) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(20_000);
        String text = request + " HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
                + String.join(
                        "",
                        java.util.Arrays.stream(headers)
                                .map(line -> line + "\r\n")
                                .toList()) + "\r\n";
        socket.getOutputStream().write(text.getBytes(US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended after " + answer);
            }
            answer.append((char) next);
        }
        head = answer.toString();
    }

    String head() {
        return head;
    }

    /** What follows the head of a refusal, as far as it has come. */
    String body() throws IOException {
        byte[] some = new byte[8192];
        int count = socket.getInputStream().read(some);
        return new String(some, 0, Math.max(count, 0), US_ASCII);
    }

    int open(String... namesAndValues) throws IOException {
        lastStream += 2;
        open(lastStream, namesAndValues);
        return lastStream;
    }

    void open(int stream, String... namesAndValues) throws IOException {
        DefaultSpdySynStreamFrame opening = new DefaultSpdySynStreamFrame(stream, 0, (byte) 0);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            opening.headers().set(namesAndValues[i], namesAndValues[i + 1]);
        }
        send(opening);
    }

    void say(int stream, byte[] bytes, boolean isLast) throws IOException {
        SpdyDataFrame data = new DefaultSpdyDataFrame(stream, Unpooled.wrappedBuffer(bytes));
        send(data.setLast(isLast));
    }

    void send(SpdyFrame frame) throws IOException {
        boolean _ = encoder.writeOutbound(frame);
        for (ByteBuf bytes = encoder.readOutbound(); bytes != null; bytes = encoder.readOutbound()) {
            raw(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }
    }

    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Nothing at the end of the connection. */
    @Nullable
    SpdyFrame next() throws IOException {
        byte[] some = new byte[65536];
        while (frames.isEmpty()) {
            int count = socket.getInputStream().read(some);
            if (count < 0) {
                return null;
            }
            boolean _ = decoder.writeInbound(Unpooled.copiedBuffer(some, 0, count));
            for (SpdyFrame frame = decoder.readInbound(); frame != null; frame = decoder.readInbound()) {
                frames.add(frame);
            }
        }
        return frames.remove();
    }

    /** The next frame in short. Data is told when its stream ends, all that came in it. */
    String tell() throws IOException {
        while (true) {
            switch (next()) {
                case null -> {
                    return "end";
                }
                case SpdySynReplyFrame reply -> {
                    return "reply " + reply.streamId();
                }
                case SpdyRstStreamFrame reset -> {
                    return "reset " + reset.streamId() + " " + reset.status();
                }
                case SpdyPingFrame ping -> {
                    return "ping " + ping.id();
                }
                case SpdyDataFrame data -> {
                    ByteArrayOutputStream all = read.computeIfAbsent(data.streamId(), _ -> new ByteArrayOutputStream());
                    all.writeBytes(ByteBufUtil.getBytes(data.content()));
                    if (data.isLast()) {
                        return "data " + data.streamId() + " "
                                + (all.size() > 1000 ? all.size() + " bytes" : all.toString(US_ASCII));
                    }
                }
                case SpdyFrame other -> {
                    return other.toString();
                }
            }
        }
    }

    byte[] all(int stream) {
        return read.getOrDefault(stream, new ByteArrayOutputStream()).toByteArray();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        boolean _ = decoder.finishAndReleaseAll();
        boolean _ = encoder.finishAndReleaseAll();
    }
}
