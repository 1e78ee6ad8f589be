package dev.gantry.controller.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.function.Consumer;

/** Messages of a WebSocket. */
record WebSocketWire(ServerWebSocket socket, HttpConnection connection) implements Wire {

    static Future<Wire> open(HttpServerRequest request, Headers answer) {
        answer.fields().forEach(field -> request.response().headers().add(field.name(), field.value()));
        return request.toWebSocket().map(socket -> new WebSocketWire(socket, request.connection()));
    }

    @Override
    public void listen(Consumer<Socket.Message> came, Runnable closed) {
        socket.textMessageHandler(text -> came.accept(new Socket.Message.Text(text)));
        socket.binaryMessageHandler(bytes -> came.accept(new Socket.Message.Binary(Body.of(bytes.getBytes()))));
        // A client that vanished answers no farewell: the connection ends without waiting for one.
        socket.exceptionHandler(_ -> socket.close().onComplete(_ -> connection.close()));
        socket.closeHandler(_ -> closed.run());
    }

    @Override
    public boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public Future<Void> writeText(String text) {
        return socket.writeTextMessage(text);
    }

    @Override
    public Future<Void> writeBinary(Buffer bytes) {
        return socket.writeBinaryMessage(bytes);
    }

    @Override
    public void pause() {
        socket.pause();
    }

    @Override
    public void resume() {
        socket.resume();
    }

    @Override
    public void close(int code, String reason) {
        socket.close((short) code, reason);
    }
}
