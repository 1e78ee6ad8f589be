package dev.gantry.controller.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;

/** A client's connection that does not speak HTTP any more. On its event loop only. */
interface Wire {

    /** @param closed runs once, whoever closed it */
    void listen(Consumer<Socket.Message> came, Runnable closed);

    boolean isClosed();

    Future<Void> writeText(String text);

    Future<Void> writeBinary(Buffer bytes);

    void pause();

    void resume();

    /** Once what was written before is on its way. */
    void close(int code, String reason);
}
