package dev.gantry.agent.work;

import com.google.protobuf.ByteString;
import dev.gantry.agent.Sink;
import dev.gantry.agent.Source;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Frame;
import dev.gantry.proto.NetworkMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects side channels to ports of workloads. */
final class Ports {

    private static final Logger LOG = LoggerFactory.getLogger(Ports.class);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    private static final int CHUNK_BYTES = 32 << 10;

    private Ports() {}

    /** Where a workload's ports are; empty when nothing of it runs that has an address. */
    static Optional<String> address(Keeper keeper) {
        Optional<NetworkMode> network =
                keeper.desired().map(DesiredWorkload::getSpec).map(spec -> spec.getNetwork());
        boolean isRunning = keeper.seen().values().stream().anyMatch(ObservedContainer::isRunning);
        if (isRunning && network.equals(Optional.of(NetworkMode.HOST))) {
            return Optional.of("127.0.0.1");
        }
        return keeper.seen().values().stream()
                .filter(ObservedContainer::isRunning)
                .flatMap(container -> container.addresses().stream())
                .filter(address -> !address.contains(":"))
                .findFirst();
    }

    /**
     * Hands bytes to and fro until either side ends.
     *
     * @throws IOException when there is no connection, or it breaks
     */
    static void connect(String address, int port, Source input, Sink output) throws IOException, InterruptedException {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getByName(address), port), (int) CONNECT_WITHIN.toMillis());
            Thread feeding = Thread.ofVirtual().name("port-input").start(() -> feed(input, socket));
            try {
                byte[] chunk = new byte[CHUNK_BYTES];
                InputStream in = socket.getInputStream();
                for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                    Frame frame = Frame.newBuilder()
                            .setStdout(ByteString.copyFrom(chunk, 0, count))
                            .build();
                    if (!output.send(frame)) {
                        return;
                    }
                }
            } finally {
                feeding.interrupt();
            }
        }
    }

    /** Hands on input until the other side is gone, which ends the connection. */
    private static void feed(Source input, Socket socket) {
        try (socket) {
            OutputStream out = socket.getOutputStream();
            for (Optional<Frame> frame = input.next(); frame.isPresent(); frame = input.next()) {
                switch (frame.get().getFrameCase()) {
                    case STDIN -> frame.get().getStdin().writeTo(out);
                    case STDIN_CLOSED -> socket.shutdownOutput();
                    default ->
                        LOG.debug(
                                "Ignoring {} in the input of a port",
                                frame.get().getFrameCase());
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // The connection has ended.
        } catch (IOException e) {
            LOG.debug("A connection takes no more: {}", e.getMessage());
        }
    }
}
