package dev.gantry.agent.network;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Asks the name servers that the machine itself asks, and hands on what they say as it is. */
final class Upstream {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int PORT = 53;
    private static final int DATAGRAM_MAX = 65_535;

    private final Path configuration;
    private final String self;
    private final int port;
    private final RandomGenerator chance;

    /**
     * @param configuration for example {@code /etc/resolv.conf}; read anew each time, because networks change
     * @param self          an address that is not asked, being this server's own
     * @param chance        of which nobody knows what comes next
     */
    Upstream(Path configuration, String self, RandomGenerator chance) {
        this(configuration, self, PORT, chance);
    }

    Upstream(Path configuration, String self, int port, RandomGenerator chance) {
        this.configuration = configuration;
        this.self = self;
        this.port = port;
        this.chance = chance;
    }

    /**
     * Asks one server after the other.
     *
     * @return the answer with the number of the question; empty when nobody answers
     */
    Optional<byte[]> ask(byte[] query, boolean overTcp) {
        for (String server : servers()) {
            try {
                byte[] question = query.clone();
                // A number that nobody can guess, so that nobody can answer in a server's place.
                byte[] id = new byte[2];
                chance.nextBytes(id);
                System.arraycopy(id, 0, question, 0, id.length);
                byte[] answer = overTcp ? overTcp(server, question) : overUdp(server, question);
                System.arraycopy(query, 0, answer, 0, id.length);
                return Optional.of(answer);
            } catch (IOException _) {
                // The next one may answer; that none did, the caller is told.
            }
        }
        return Optional.empty();
    }

    private List<String> servers() {
        try {
            return Files.readAllLines(configuration).stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith("nameserver "))
                    .map(line -> line.substring("nameserver ".length()).strip())
                    .filter(server -> !server.equals(self))
                    .toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    private byte[] overUdp(String server, byte[] question) throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(InetAddress.getByName(server), port);
            socket.send(new DatagramPacket(question, question.length));
            byte[] buffer = new byte[DATAGRAM_MAX];
            while (true) {
                long leftMs = (until - System.nanoTime()) / 1_000_000;
                socket.setSoTimeout((int) Math.max(1, leftMs));
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                byte[] answer = Arrays.copyOf(buffer, packet.getLength());
                if (isAnswer(question, answer)) {
                    return answer;
                }
            }
        }
    }

    private byte[] overTcp(String server, byte[] question) throws IOException {
        try (Socket socket = new Socket()) {
            int patienceMs = (int) PATIENCE.toMillis();
            socket.connect(new InetSocketAddress(InetAddress.getByName(server), port), patienceMs);
            socket.setSoTimeout(patienceMs);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            byte[] framed = new byte[question.length + 2];
            framed[0] = (byte) (question.length >>> 8);
            framed[1] = (byte) question.length;
            System.arraycopy(question, 0, framed, 2, question.length);
            out.write(framed);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            if (!isAnswer(question, answer)) {
                throw new IOException("an answer to another question");
            }
            return answer;
        }
    }

    private static boolean isAnswer(byte[] question, byte[] answer) {
        return answer.length >= DnsQuery.HEADER_BYTES
                && answer[0] == question[0]
                && answer[1] == question[1]
                && (answer[2] & 0x80) != 0;
    }
}
