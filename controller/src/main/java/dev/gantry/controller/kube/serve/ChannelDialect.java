package dev.gantry.controller.kube.serve;

import com.google.protobuf.ByteString;
import dev.gantry.controller.kube.document.Json;
import dev.gantry.controller.session.SocketClient;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import java.util.Optional;

/** {@code v4.channel.k8s.io} and {@code v5.channel.k8s.io} over WebSockets; only the second can end the input. */
final class ChannelDialect implements SocketClient.Dialect {

    private static final byte STDIN = 0;
    private static final byte ERROR = 3;
    private static final byte RESIZE = 4;
    private static final byte CLOSE = (byte) 255;

    @Override
    public Optional<Frame> hear(byte kind, ByteString content) {
        return switch (kind) {
            case STDIN ->
                content.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Frame.newBuilder().setStdin(content).build());
            case RESIZE -> Optional.of(Sizes.frame(content));
            case CLOSE -> Optional.of(Frame.newBuilder().setStdinClosed(true).build());
            default -> Optional.empty();
        };
    }

    @Override
    public byte end() {
        return ERROR;
    }

    @Override
    public ByteString end(Finished how) {
        return Json.bytes(Endings.status(how));
    }
}
