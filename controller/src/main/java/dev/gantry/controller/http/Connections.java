package dev.gantry.controller.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Closes connections that keep a place without using it: too many, too slow with their headers or with reading their
 * answers, or idle.
 */
final class Connections {

    private static final long NO_TIMER = -1;
    private static final byte[] TOO_SLOW = ("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 39\r\n\r\n"
                    + Refusal.TOO_SLOW.message() + "\n")
            .getBytes(StandardCharsets.US_ASCII);

    private final Vertx vertx;
    private final EdgeLimits limits;
    private final Map<HttpConnection, Watch> open = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, Unread> unread = new ConcurrentSkipListMap<>();
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong unreadBytes = new AtomicLong();

    /** An answer that its client has not read yet. */
    private record Unread(HttpConnection connection, int bytes) {}

    Connections(Vertx vertx, EdgeLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    void opened(HttpConnection connection) {
        if (open.size() >= limits.counts().connections()) {
            connection.close();
            return;
        }
        Watch watch = new Watch(connection);
        open.put(connection, watch);
        onClose(connection, () -> closed(connection));
        watch.wait(limits.times().header(), true);
    }

    /** Also when it does not speak HTTP any more: Vert.x tells nobody then that the connection of HTTP is closed. */
    private static void onClose(HttpConnection connection, Runnable action) {
        if (connection instanceof HttpServerConnection server) {
            server.channelHandlerContext().channel().closeFuture().addListener(_ -> action.run());
        } else {
            connection.closeHandler(_ -> action.run());
        }
    }

    /** A whole head has come: its request has limits of its own from now on. */
    void busy(HttpConnection connection) {
        Watch watch = open.get(connection);
        if (watch != null) {
            watch.stop();
        }
    }

    /** The answer is on its way; the next request may come. */
    void idle(HttpConnection connection) {
        Watch watch = open.get(connection);
        if (watch != null) {
            watch.wait(limits.times().idle(), false);
        }
    }

    /**
     * Takes note of an answer that the client does not read at once. It has some time for it; when too much waits, those
     * who have let theirs wait for longest go.
     *
     * @return to be run when it has been read, or the connection is gone
     */
    Runnable unread(HttpConnection connection, int bytes) {
        long answer = answers.incrementAndGet();
        unread.put(answer, new Unread(connection, bytes));
        unreadBytes.addAndGet(bytes);
        while (unreadBytes.get() > limits.sizes().answers()) {
            Map.Entry<Long, Unread> oldest = unread.pollFirstEntry();
            if (oldest == null) {
                break;
            }
            unreadBytes.addAndGet(-oldest.getValue().bytes());
            cut(oldest.getValue().connection());
        }
        long patience = vertx.setTimer(limits.times().write().toMillis(), _ -> cut(connection));
        return () -> {
            vertx.cancelTimer(patience);
            Unread left = unread.remove(answer);
            if (left != null) {
                unreadBytes.addAndGet(-left.bytes());
            }
        };
    }

    /** At once: to close it in an orderly way would wait until all is read. */
    static void cut(HttpConnection connection) {
        if (connection instanceof HttpServerConnection server) {
            server.channelHandlerContext().close();
        } else {
            connection.close();
        }
    }

    private void closed(HttpConnection connection) {
        Watch watch = open.remove(connection);
        if (watch != null) {
            watch.stop();
        }
    }

    /** Used by the connection's own event loop only. */
    private final class Watch {

        private final HttpConnection connection;
        private long timer = NO_TIMER;

        Watch(HttpConnection connection) {
            this.connection = connection;
        }

        void wait(Duration time, boolean first) {
            stop();
            timer = vertx.setTimer(time.toMillis(), _ -> {
                if (first) {
                    sayTooSlow();
                }
                connection.close();
            });
        }

        /** There is no request yet whose response could say it: the bytes go past the encoder of responses. */
        private void sayTooSlow() {
            if (connection instanceof HttpServerConnection server) {
                ChannelHandlerContext encoder =
                        server.channelHandlerContext().pipeline().context(HttpResponseEncoder.class);
                if (encoder != null) {
                    encoder.writeAndFlush(Unpooled.wrappedBuffer(TOO_SLOW));
                }
            }
        }

        void stop() {
            if (timer != NO_TIMER) {
                vertx.cancelTimer(timer);
                timer = NO_TIMER;
            }
        }
    }
}
