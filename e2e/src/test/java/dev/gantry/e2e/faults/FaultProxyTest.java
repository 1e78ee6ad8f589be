package dev.gantry.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.e2e.faults.FaultProxy.Trouble;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The proxy itself, between a client and a server that sends back each byte. */
class FaultProxyTest {

    private final List<Integer> heard = new CopyOnWriteArrayList<>();
    private ServerSocket server;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
        proxy = FaultProxy.start(
                "127.0.0.1", new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()), 1);
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    private void serve() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> echo(socket));
            }
        } catch (IOException e) {
            // The test is over.
            return;
        }
    }

    private void echo(Socket socket) {
        try (socket) {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                heard.add(next);
                socket.getOutputStream().write(next);
            }
        } catch (IOException e) {
            // The proxy cut the connection.
            return;
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static int exchange(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        return socket.getInputStream().read();
    }

    @Test
    void passesWhatIsSent() throws IOException {
        try (Socket socket = connect()) {
            assertThat(exchange(socket, 7)).isEqualTo(7);
        }
    }

    @Test
    void delaysWhatIsSent() throws IOException {
        try (Socket socket = connect()) {
            proxy.trouble(Trouble.delay(Duration.ofMillis(60), Duration.ofMillis(80)));
            long sent = System.nanoTime();
            assertThat(exchange(socket, 7)).isEqualTo(7);
            assertThat(Duration.ofNanos(System.nanoTime() - sent)).isGreaterThan(Duration.ofMillis(120));
        }
    }

    @Test
    void resetsConnectionsAndLetsNewOnesPass() throws IOException {
        try (Socket socket = connect()) {
            assertThat(exchange(socket, 7)).isEqualTo(7);
            proxy.cut();
            assertThatThrownBy(() -> exchange(socket, 8)).isInstanceOf(IOException.class);
        }
        try (Socket socket = connect()) {
            assertThat(exchange(socket, 9)).isEqualTo(9);
        }
    }

    @Test
    void dropsTheReplyAfterTheRequestWasServed() throws IOException {
        try (Socket socket = connect()) {
            assertThat(exchange(socket, 7)).isEqualTo(7);
            proxy.trouble(Trouble.withoutReplies());
            socket.getOutputStream().write(8);
            Awaitility.await().until(() -> heard.contains(8));
            Awaitility.await().until(() -> proxy.swallowed() == 1);
            proxy.heal();
            // It has a hole now, and is of no use any more.
            socket.setSoTimeout(100);
            assertThatThrownBy(() -> exchange(socket, 9)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void keepsTheServersSideOfAnEndedConnectionWhileGhostsAreAbout() throws IOException {
        proxy.trouble(
                Trouble.delay(Duration.ofMillis(100), Duration.ofMillis(100)).withGhosts());
        try (Socket socket = connect()) {
            socket.getOutputStream().write(5);
        }
        Awaitility.await().until(() -> heard.contains(5));
        assertThat(proxy.connections()).isEqualTo(1);
        proxy.heal();
        Awaitility.await().until(() -> proxy.connections() == 0);
    }
}
