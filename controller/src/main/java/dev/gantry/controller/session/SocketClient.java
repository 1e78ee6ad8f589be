package dev.gantry.controller.session;

import com.google.protobuf.ByteString;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Socket;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import java.time.Duration;
import java.util.Optional;

/** A client at a WebSocket. The first byte of each message tells what follows: 1 is output, 2 is error output. */
public final class SocketClient implements Client {

    /** What the other first bytes mean. */
    public interface Dialect {

        /**
         * What a message says; nothing when it does not matter.
         *
         * @throws RuntimeException for what nobody can make sense of
         */
        Optional<Frame> hear(byte kind, ByteString content);

        /** The first byte of the message that tells how it ended. */
        byte end();

        /** The rest of that message. */
        ByteString end(Finished how);
    }

    private static final byte STDOUT = 1;
    private static final byte STDERR = 2;
    private static final int NORMAL = 1000;

    private final Socket socket;
    private final Dialect dialect;
    private final Duration idle;

    /**
     * @param socket that is open
     * @param idle   how long it may be silent
     */
    public SocketClient(Socket socket, Dialect dialect, Duration idle) {
        this.socket = socket;
        this.dialect = dialect;
        this.idle = idle;
    }

    @Override
    public Optional<Frame> hear() throws InterruptedException, ClientGoneException {
        while (true) {
            Optional<Socket.Message> message = socket.receive(idle);
            if (message.isEmpty()) {
                return Optional.empty();
            }
            if (message.get() instanceof Socket.Message.Binary(var body) && body.length() > 0) {
                ByteString bytes = ByteString.copyFrom(body.bytes());
                Optional<Frame> frame = dialect.hear(bytes.byteAt(0), bytes.substring(1));
                if (frame.isPresent()) {
                    return frame;
                }
            }
        }
    }

    @Override
    public void stdout(ByteString bytes) throws InterruptedException, ClientGoneException {
        send(STDOUT, bytes);
    }

    @Override
    public void stderr(ByteString bytes) throws InterruptedException, ClientGoneException {
        send(STDERR, bytes);
    }

    @Override
    public void finished(Finished how) throws InterruptedException, ClientGoneException {
        send(dialect.end(), dialect.end(how));
        socket.close(NORMAL, "");
    }

    /** The farewell of WebSockets sees to it. */
    @Override
    public void seeOff() {}

    private void send(byte kind, ByteString content) throws InterruptedException, ClientGoneException {
        byte[] message = new byte[content.size() + 1];
        message[0] = kind;
        content.copyTo(message, 1);
        socket.sendBinary(message);
    }
}
