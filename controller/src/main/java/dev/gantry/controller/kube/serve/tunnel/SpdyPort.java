package dev.gantry.controller.kube.serve.tunnel;

import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Socket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Frames of SPDY/3.1 in the binary messages of a WebSocket. Whoever sends waits while the client is slow. */
final class SpdyPort implements AutoCloseable {

    private static final int FRAMES_AHEAD_MAX = 64;

    private final Socket socket;
    // Headers are compressed with what came before: each direction has its own memory.
    private final EmbeddedChannel decoder = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final EmbeddedChannel encoder = new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
    private final BlockingQueue<SpdyFrame> outgoing = new ArrayBlockingQueue<>(FRAMES_AHEAD_MAX);
    private final Thread writer;

    SpdyPort(Socket socket) {
        this.socket = socket;
        this.writer = Thread.ofVirtual().name("spdy-writer").start(this::write);
    }

    /** @throws RuntimeException for what is no SPDY */
    List<SpdyFrame> decode(byte[] message) {
        boolean _ = decoder.writeInbound(Unpooled.wrappedBuffer(message));
        List<SpdyFrame> frames = new ArrayList<>();
        for (Object read = decoder.readInbound(); read != null; read = decoder.readInbound()) {
            if (read instanceof SpdyFrame frame) {
                frames.add(frame);
            } else {
                ReferenceCountUtil.release(read);
            }
        }
        return frames;
    }

    void send(SpdyFrame frame) throws InterruptedException {
        outgoing.put(frame);
    }

    private void write() {
        try {
            while (true) {
                boolean _ = encoder.writeOutbound(outgoing.take());
                for (Object written = encoder.readOutbound(); written != null; written = encoder.readOutbound()) {
                    ByteBuf bytes = (ByteBuf) written;
                    byte[] message = ByteBufUtil.getBytes(bytes);
                    bytes.release();
                    socket.sendBinary(message);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ClientGoneException _) {
            // Who reads from the client learns of it, too, and ends everything.
        } finally {
            boolean _ = encoder.finishAndReleaseAll();
        }
    }

    @Override
    public void close() {
        writer.interrupt();
        boolean _ = decoder.finishAndReleaseAll();
    }
}
