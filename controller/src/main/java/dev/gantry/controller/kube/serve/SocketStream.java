package dev.gantry.controller.kube.serve;

import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.ResponseStream;
import dev.gantry.controller.http.Socket;
import java.nio.charset.StandardCharsets;

/** A stream of lines for clients that take it as messages of a WebSocket, as some client libraries do. */
final class SocketStream implements ResponseStream {

    private final Socket socket;
    private boolean gone;

    SocketStream(Socket socket) {
        this.socket = socket;
    }

    @Override
    public void answer(HttpResponse answer) {
        socket.refuse(answer);
    }

    @Override
    public void begin(int status, Headers headers) {
        try {
            socket.accept();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            gone = true;
        } catch (ClientGoneException _) {
            gone = true;
        }
    }

    @Override
    public void write(byte[] bytes) throws InterruptedException, ClientGoneException {
        if (gone) {
            throw new ClientGoneException("the socket could not be opened");
        }
        socket.sendText(new String(bytes, StandardCharsets.UTF_8).stripTrailing());
    }

    @Override
    public boolean gone() {
        return gone;
    }
}
