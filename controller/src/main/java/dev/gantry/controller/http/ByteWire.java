package dev.gantry.controller.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.http1.Http1ServerConnection;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/** Bytes as they come, for protocols that frame them themselves: it has no messages and no farewell of its own. */
final class ByteWire implements Wire {

    private static final Duration LINGER = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final NetSocket socket;
    private final Channel channel;
    private boolean closed;

    private ByteWire(Vertx vertx, NetSocket socket, Channel channel) {
        this.vertx = vertx;
        this.socket = socket;
        this.channel = channel;
    }

    /** Vert.x itself leaves HTTP for GET only; clients of SPDY ask by POST. */
    static Future<Wire> open(Vertx vertx, HttpServerRequest request, String protocol, Headers answer) {
        if (!(request.connection() instanceof Http1ServerConnection connection)) {
            return Future.failedFuture(new ClientGoneException("the client does not speak HTTP/1.1"));
        }
        StringBuilder head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
        for (Headers.Field field :
                answer.with("Connection", "Upgrade").with("Upgrade", protocol).fields()) {
            head.append(field.name()).append(": ").append(field.value()).append("\r\n");
        }
        ChannelHandlerContext encoder =
                connection.channelHandlerContext().pipeline().context(HttpResponseEncoder.class);
        var _ = encoder.writeAndFlush(Unpooled.copiedBuffer(head.append("\r\n"), StandardCharsets.US_ASCII));
        return connection.netSocket().map(socket -> new ByteWire(vertx, socket, encoder.channel()));
    }

    @Override
    public void listen(Consumer<Socket.Message> came, Runnable whenClosed) {
        socket.handler(bytes -> came.accept(new Socket.Message.Binary(Body.of(bytes.getBytes()))));
        socket.exceptionHandler(_ -> socket.close());
        socket.closeHandler(_ -> end(whenClosed));
        // A client may go as soon as it has its answer, before anybody listens.
        if (!channel.isActive()) {
            end(whenClosed);
        }
    }

    private void end(Runnable whenClosed) {
        if (!closed) {
            closed = true;
            whenClosed.run();
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public Future<Void> writeText(String text) {
        return socket.write(text);
    }

    @Override
    public Future<Void> writeBinary(Buffer bytes) {
        return socket.write(bytes);
    }

    @Override
    public void pause() {
        socket.pause();
    }

    @Override
    public void resume() {
        socket.resume();
    }

    /** What the client still sends is dropped for a moment: closing at once would reset the connection, and the client would lose the end. */
    @Override
    public void close(int code, String reason) {
        socket.handler(_ -> {}).resume();
        vertx.setTimer(LINGER.toMillis(), _ -> socket.close());
    }
}
