package dev.gantry.agent.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.RouteBook;
import dev.gantry.agent.Services;
import dev.gantry.proto.RoutePort;
import dev.gantry.proto.RouteTarget;
import dev.gantry.proto.ServiceRoute;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Relays over real sockets. */
class RelayTest {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();
    private static final int PATIENCE_MS = 10_000;

    private ServerSocket server;
    private InetSocketAddress nobody;
    private Relay relay;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, HERE);
        Thread.ofVirtual().start(this::echo);
        try (ServerSocket unused = new ServerSocket(0, 1, HERE)) {
            nobody = new InetSocketAddress(HERE, unused.getLocalPort());
        }
        relay = Relay.start(HERE);
    }

    @AfterEach
    void stop() throws IOException {
        relay.close();
        server.close();
    }

    /** Says everything back, and ends when the other side has. */
    private void echo() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                Thread.ofVirtual().start(() -> {
                    try (connection) {
                        connection.getInputStream().transferTo(connection.getOutputStream());
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
            } catch (IOException _) {
                return;
            }
        }
    }

    private InetSocketAddress echoing() {
        return new InetSocketAddress(HERE, server.getLocalPort());
    }

    private static Socket connected(int port) throws IOException {
        Socket socket = new Socket(HERE, port);
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    /** What comes back of a text; empty when the relay ends the connection. */
    private String said(String text) throws IOException {
        try (Socket socket = connected(relay.port())) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void handsOnBothWaysAndTellsWhenOneSideHasNothingMore() throws IOException {
        relay.leadTo(List.of(echoing()));
        String text = "0123456789".repeat(100_000);
        assertThat(said(text)).isEqualTo(text);
    }

    @Test
    void asksTheNextOneWhereTheFirstDoesNotAnswer() throws IOException {
        relay.leadTo(List.of(nobody, echoing()));
        assertThat(said("one")).isEqualTo("one");
        assertThat(said("two")).isEqualTo("two");
    }

    @Test
    void endsConnectionsWhenNobodyAnswers() throws IOException {
        relay.leadTo(List.of(nobody));
        assertThat(said("")).isEmpty();
        relay.leadTo(List.of(echoing()));
        assertThat(said("now")).isEqualTo("now");
    }

    @Test
    void endsWhatItHandsOnWhenItEnds() throws IOException {
        relay.leadTo(List.of(echoing()));
        try (Socket socket = connected(relay.port())) {
            socket.getOutputStream().write('x');
            assertThat(socket.getInputStream().read()).isEqualTo('x');
            relay.close();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void onlyWhatIsToBeRelayedLeadsToTheGateway() throws IOException {
        ServiceRoute plain = Services.named("web").setAddress("10.43.0.7").build();
        ServiceRoute api = Services.named("kubernetes")
                .setAddress("10.43.0.1")
                .setRelayed(true)
                .addPorts(RoutePort.newBuilder()
                        .setPort(443)
                        .addTargets(RouteTarget.newBuilder()
                                .setAddress(HERE.getHostAddress())
                                .setPort(server.getLocalPort())))
                .build();
        try (Relays relays = new Relays()) {
            RouteBook book = relays.through(HERE.getHostAddress(), Services.book(plain.toBuilder(), api.toBuilder()));
            assertThat(book.all()).contains(plain);
            RouteTarget target = book.all().stream()
                    .filter(ServiceRoute::getRelayed)
                    .findFirst()
                    .orElseThrow()
                    .getPorts(0)
                    .getTargets(0);
            assertThat(target.getAddress()).isEqualTo(HERE.getHostAddress());
            assertThat(target.getPort()).isNotEqualTo(server.getLocalPort());
            try (Socket socket = connected(target.getPort())) {
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isEqualTo('x');

                RouteBook same =
                        relays.through(HERE.getHostAddress(), Services.book(plain.toBuilder(), api.toBuilder()));
                assertThat(same).as("the relay stays").isEqualTo(book);
                RouteBook _ = relays.through(HERE.getHostAddress(), Services.book(plain.toBuilder()));
                assertThat(socket.getInputStream().read()).as("nobody needs it").isEqualTo(-1);
            }
        }
    }
}
