package dev.gantry.agent.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.RouteBook;
import dev.gantry.agent.Services;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A name server over real sockets, in front of one that it asks for what it does not know. */
class NameServerTest {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @TempDir
    private Path directory;

    private RouteBook book = Services.book(
            Services.named("web").setAddress("10.43.0.7"),
            Services.named("web").setCluster("lab").setAddress("10.43.0.8"),
            Services.named("ext").setCanonicalName("far.example.com"),
            Services.named("other").setCanonicalName("web.shop.svc.cluster.local"),
            Services.named("many")
                    .addAllHosts(IntStream.range(0, 100)
                            .mapToObj(i -> Services.host("", "10.0.1." + i))
                            .toList()));
    private DatagramSocket far;
    private NameServer server;

    @BeforeEach
    void start() throws IOException {
        far = new DatagramSocket(0, HERE);
        Path configuration = directory.resolve("resolv.conf");
        Files.writeString(configuration, "search x\nnameserver 10.9.9.9\nnameserver 127.0.0.1\n");
        Upstream upstream = new Upstream(configuration, "10.9.9.9", far.getLocalPort(), new Random(1));
        server = NameServer.start(HERE, 0, this::names, upstream);
    }

    private ClusterNames names(InetAddress asking) {
        return new ClusterNames(asking.equals(HERE) ? "default" : "lab", book);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        far.close();
    }

    /** Answers one question of the server's with an address, if it is about this name. */
    private void farKnows(String name, String address) {
        Thread.ofVirtual().start(() -> {
            try {
                byte[] buffer = new byte[512];
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                far.receive(packet);
                DnsQuery query = DnsQuery.parse(Arrays.copyOf(buffer, packet.getLength()))
                        .orElseThrow();
                DnsAnswer answer = String.join(".", query.labels()).equals(name)
                        ? DnsAnswer.failed(DnsAnswer.Code.NONE).address(query.labels(), address)
                        : DnsAnswer.failed(DnsAnswer.Code.NO_SUCH_NAME);
                byte[] bytes = answer.toBytes(query, 512);
                // One of somebody who guesses comes first, and must not count.
                byte[] forged = bytes.clone();
                forged[0]++;
                far.send(new DatagramPacket(forged, forged.length, packet.getSocketAddress()));
                far.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
            } catch (IOException _) {
                // The test is over.
            }
        });
    }

    private static byte[] question(String name) {
        return DnsQuery.of(4711, List.of(name.split("\\.")), DnsQuery.TYPE_A).bytes();
    }

    private byte[] ask(byte[] question) throws IOException {
        return ask(question, HERE);
    }

    private byte[] ask(byte[] question, InetAddress from) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, from)) {
            socket.setSoTimeout(10_000);
            socket.send(new DatagramPacket(question, question.length, HERE, server.port()));
            byte[] buffer = new byte[4096];
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            socket.receive(packet);
            return Arrays.copyOf(buffer, packet.getLength());
        }
    }

    private static List<byte[]> addresses(byte[] answer) {
        assertThat(answer[0] << 8 | answer[1] & 255)
                .as("the number of the question")
                .isEqualTo(4711);
        return DnsAnswer.contents(answer, DnsQuery.TYPE_A);
    }

    private static int code(byte[] answer) {
        return answer[3] & 15;
    }

    @Test
    void answersToTheNamesOfServices() throws IOException {
        assertThat(addresses(ask(question("web.shop.svc.cluster.local")))).containsExactly(new byte[] {10, 43, 0, 7});
        assertThat(addresses(ask(question("WEB.Shop.svc.cluster.LOCAL")))).hasSize(1);
        assertThat(code(ask(question("no.shop.svc.cluster.local")))).isEqualTo(3);
    }

    @Test
    void answersEachWithTheNamesOfItsOwnCluster() throws IOException {
        byte[] question = question("web.shop.svc.cluster.local");
        assertThat(addresses(ask(question, InetAddress.getByName("127.0.0.2"))))
                .containsExactly(new byte[] {10, 43, 0, 8});
        assertThat(addresses(ask(question))).containsExactly(new byte[] {10, 43, 0, 7});
    }

    @Test
    void asksOthersForNamesOfTheWorld() throws IOException {
        farKnows("www.example.com", "192.0.2.1");
        assertThat(addresses(ask(question("www.example.com")))).containsExactly(new byte[] {(byte) 192, 0, 2, 1});
    }

    @Test
    void saysSoWhenNobodyAnswers() throws IOException {
        far.close();
        assertThat(code(ask(question("www.example.com")))).isEqualTo(2);
    }

    @Test
    void followsAnotherNameToItsAddress() throws IOException {
        farKnows("far.example.com", "192.0.2.2");
        byte[] answer = ask(question("ext.shop.svc.cluster.local"));
        assertThat(addresses(answer)).containsExactly(new byte[] {(byte) 192, 0, 2, 2});
        assertThat(DnsAnswer.contents(answer, DnsQuery.TYPE_CNAME)).hasSize(1);
        assertThat(addresses(ask(question("other.shop.svc.cluster.local")))).containsExactly(new byte[] {10, 43, 0, 7});
    }

    @Test
    void tellsToAskOverTcpForWhatIsTooLong() throws IOException {
        byte[] question = question("many.shop.svc.cluster.local");
        byte[] cut = ask(question);
        assertThat(cut[2] & 2).as("truncated").isNotZero();
        assertThat(addresses(cut)).isEmpty();
        try (Socket socket = new Socket(HERE, server.port())) {
            socket.setSoTimeout(10_000);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int i = 0; i < 2; i++) {
                out.writeShort(question.length);
                out.write(question);
                byte[] answer = new byte[in.readUnsignedShort()];
                in.readFully(answer);
                assertThat(addresses(answer)).hasSize(100);
            }
        }
    }

    @Test
    void hearsNothingInWhatIsNoQuestion() throws IOException {
        byte[] answer = question("web.shop.svc.cluster.local");
        answer[2] |= (byte) 0x80;
        long seed = 20261126;
        Random random = new Random(seed);
        byte[] noise = new byte[40];
        random.nextBytes(noise);
        noise[2] = 0;
        noise[5] = 1;
        for (byte[] bad : List.of(new byte[0], new byte[11], answer, noise)) {
            try (DatagramSocket socket = new DatagramSocket(0, HERE)) {
                socket.setSoTimeout(100);
                socket.send(new DatagramPacket(bad, bad.length, HERE, server.port()));
                DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                org.assertj.core.api.Assertions.assertThatThrownBy(() -> socket.receive(packet))
                        .as("noise of seed %d", seed)
                        .isInstanceOf(SocketTimeoutException.class);
            }
        }
        assertThat(addresses(ask(question("web.shop.svc.cluster.local")))).hasSize(1);
    }
}
