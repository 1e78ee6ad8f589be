package dev.gantry.controller.kube.serve.spdy;

import com.google.protobuf.ByteString;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Socket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynReplyFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrame;
import io.netty.handler.codec.spdy.SpdyStreamStatus;
import io.netty.handler.codec.spdy.SpdySynReplyFrame;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;

/** What the server says in a connection of SPDY/3.1. Whoever speaks waits while the client is slow. */
public final class SpdySpeaker {

    private static final int FRAMES_AHEAD_MAX = 16;
    private static final String TYPE = "streamtype";

    private sealed interface Word {
        record Say(SpdyFrame frame) implements Word {}

        record Mark(CountDownLatch reached) implements Word {}
    }

    private final Socket socket;
    private final EmbeddedChannel encoder = new EmbeddedChannel(new BoundedCodec());
    private final BlockingQueue<Word> outgoing = new ArrayBlockingQueue<>(FRAMES_AHEAD_MAX);
    private final Thread writer;
    private volatile boolean gone;

    SpdySpeaker(Socket socket) {
        this.socket = socket;
        this.writer = Thread.ofVirtual().name("spdy-writer").start(this::write);
    }

    public void accept(SpdyConnection.Event.Opened opened) throws InterruptedException, ClientGoneException {
        SpdySynReplyFrame reply = new DefaultSpdySynReplyFrame(opened.stream());
        // Without any header there would be no block of headers, which clients cannot read.
        reply.headers().set(TYPE, opened.headers().first(TYPE).orElse(""));
        send(reply);
    }

    /** @param isForNow whether the client did nothing wrong */
    public void refuse(SpdyConnection.Event.Opened opened, boolean isForNow)
            throws InterruptedException, ClientGoneException {
        SpdyStreamStatus status = isForNow ? SpdyStreamStatus.REFUSED_STREAM : SpdyStreamStatus.PROTOCOL_ERROR;
        send(new DefaultSpdyRstStreamFrame(opened.stream(), status));
    }

    /** @param isLast whether nothing more will come in this stream */
    public void say(int stream, ByteString bytes, boolean isLast) throws InterruptedException, ClientGoneException {
        SpdyDataFrame data = new DefaultSpdyDataFrame(stream, Unpooled.wrappedBuffer(bytes.toByteArray()));
        send(data.setLast(isLast));
    }

    void send(SpdyFrame frame) throws InterruptedException, ClientGoneException {
        if (gone) {
            throw new ClientGoneException("the client does not read any more");
        }
        outgoing.put(new Word.Say(frame));
    }

    /** Waits until all that was said is on its way. */
    public void flush() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(1);
        outgoing.put(new Word.Mark(reached));
        reached.await();
    }

    private void write() {
        try {
            while (true) {
                switch (outgoing.take()) {
                    case Word.Say(SpdyFrame frame) -> write(frame);
                    case Word.Mark(CountDownLatch reached) -> reached.countDown();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            boolean _ = encoder.finishAndReleaseAll();
        }
    }

    private void write(SpdyFrame frame) throws InterruptedException {
        // When nobody reads any more, those who speak need not wait either.
        if (gone) {
            return;
        }
        boolean _ = encoder.writeOutbound(frame);
        for (Object written = encoder.readOutbound(); written != null; written = encoder.readOutbound()) {
            ByteBuf bytes = (ByteBuf) written;
            byte[] message = ByteBufUtil.getBytes(bytes);
            bytes.release();
            try {
                socket.sendBinary(message);
            } catch (ClientGoneException _) {
                // Who hears the client learns of it, too, and ends everything.
                gone = true;
            }
        }
    }

    void close() {
        writer.interrupt();
    }
}
