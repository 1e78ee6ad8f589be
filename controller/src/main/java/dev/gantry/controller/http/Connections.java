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

/** Closes connections that keep a place without using it: too many, too slow with their headers, or idle. */
final class Connections {

    private static final long NO_TIMER = -1;
    private static final byte[] TOO_SLOW = ("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
                    + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 39\r\n\r\n"
                    + Refusal.TOO_SLOW.message() + "\n")
            .getBytes(StandardCharsets.US_ASCII);

    private final Vertx vertx;
    private final EdgeLimits limits;
    private final Map<HttpConnection, Watch> open = new ConcurrentHashMap<>();

    Connections(Vertx vertx, EdgeLimits limits) {
        this.vertx = vertx;
        this.limits = limits;
    }

    void opened(HttpConnection connection) {
        if (open.size() >= limits.connections()) {
            connection.close();
            return;
        }
        Watch watch = new Watch(connection);
        open.put(connection, watch);
        connection.closeHandler(_ -> closed(connection));
        watch.wait(limits.headerTime(), true);
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
            watch.wait(limits.idleTime(), false);
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
