package dev.gantry.agent.network;

import dev.gantry.agent.network.ClusterNames.Ruling;
import dev.gantry.agent.network.DnsAnswer.Code;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers questions for names over UDP and TCP: those of the cluster itself, all others as the machine's own name servers do. */
final class NameServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NameServer.class);
    private static final int QUERY_BYTES_MAX = 4096;
    private static final int AT_ONCE_MAX = 512;
    private static final int CONNECTIONS_MAX = 64;
    private static final Duration IDLE_MAX = Duration.ofSeconds(10);

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Function<InetAddress, ClusterNames> names;
    private final Upstream upstream;
    private final Semaphore questions = new Semaphore(AT_ONCE_MAX);
    private final Semaphore connections = new Semaphore(CONNECTIONS_MAX);

    private NameServer(
            DatagramSocket udp, ServerSocket tcp, Function<InetAddress, ClusterNames> names, Upstream upstream) {
        this.udp = udp;
        this.tcp = tcp;
        this.names = names;
        this.upstream = upstream;
    }

    /**
     * Answers when this returns.
     *
     * @param port 0 for any free one
     * @param names the newest that are known, for who asks from an address
     * @throws IOException when the address cannot be had
     */
    static NameServer start(InetAddress address, int port, Function<InetAddress, ClusterNames> names, Upstream upstream)
            throws IOException {
        ServerSocket tcp = new ServerSocket(port, CONNECTIONS_MAX, address);
        DatagramSocket udp;
        try {
            udp = new DatagramSocket(new InetSocketAddress(address, tcp.getLocalPort()));
        } catch (IOException | RuntimeException e) {
            tcp.close();
            throw e;
        }
        NameServer server = new NameServer(udp, tcp, names, upstream);
        Thread.ofPlatform().name("names-udp").daemon().start(server::receive);
        Thread.ofPlatform().name("names-tcp").daemon().start(server::accept);
        return server;
    }

    String address() {
        return udp.getLocalAddress().getHostAddress();
    }

    int port() {
        return udp.getLocalPort();
    }

    private void receive() {
        byte[] buffer = new byte[QUERY_BYTES_MAX];
        while (!udp.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                byte[] query = Arrays.copyOf(buffer, packet.getLength());
                InetSocketAddress client = (InetSocketAddress) packet.getSocketAddress();
                // More at once than that is a flood; who asked asks again.
                if (questions.tryAcquire()) {
                    Thread.ofVirtual().name("name").start(() -> answer(query, client));
                }
            } catch (SocketException e) {
                if (!udp.isClosed()) {
                    log.warn("questions for names cannot be read: {}", e.getMessage());
                }
            } catch (IOException e) {
                log.warn("questions for names cannot be read: {}", e.getMessage());
            }
        }
    }

    private void answer(byte[] query, InetSocketAddress client) {
        try {
            Optional<byte[]> answer = answer(query, client.getAddress(), false);
            if (answer.isPresent()) {
                udp.send(new DatagramPacket(answer.get(), answer.get().length, client));
            }
        } catch (IOException e) {
            log.debug("an answer to {} is lost: {}", client, e.getMessage());
        } catch (RuntimeException e) {
            log.error("a question of {} could not be answered", client, e);
        } finally {
            questions.release();
        }
    }

    private void accept() {
        while (!tcp.isClosed()) {
            try {
                Socket client = tcp.accept();
                if (connections.tryAcquire()) {
                    Thread.ofVirtual().name("names").start(() -> serve(client));
                } else {
                    client.close();
                }
            } catch (IOException e) {
                if (!tcp.isClosed()) {
                    log.warn("connections that ask for names cannot be taken: {}", e.getMessage());
                }
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            client.setSoTimeout((int) IDLE_MAX.toMillis());
            DataInputStream in = new DataInputStream(client.getInputStream());
            while (true) {
                byte[] query = new byte[in.readUnsignedShort()];
                in.readFully(query);
                Optional<byte[]> answer = answer(query, client.getInetAddress(), true);
                if (answer.isEmpty()) {
                    return;
                }
                byte[] framed = new byte[answer.get().length + 2];
                framed[0] = (byte) (answer.get().length >>> 8);
                framed[1] = (byte) answer.get().length;
                System.arraycopy(answer.get(), 0, framed, 2, answer.get().length);
                client.getOutputStream().write(framed);
            }
        } catch (EOFException _) {
            // It has asked all that it wanted to.
        } catch (IOException e) {
            log.debug("a connection that asked for names ended: {}", e.getMessage());
        } catch (RuntimeException e) {
            log.error("a connection that asked for names failed", e);
        } finally {
            connections.release();
        }
    }

    /** Empty for what is no question at all. */
    private Optional<byte[]> answer(byte[] bytes, InetAddress asking, boolean overTcp) {
        Optional<DnsQuery> query = DnsQuery.parse(bytes);
        if (query.isEmpty()) {
            return Optional.empty();
        }
        DnsQuery asked = query.get();
        ClusterNames known = names.apply(asking);
        int room = overTcp ? 0xffff : asked.room();
        return Optional.of(
                switch (known.rule(asked)) {
                    case Ruling.Answer(DnsAnswer answer) -> answer.toBytes(asked, room);
                    case Ruling.Alias(DnsAnswer answer, List<String> canonical) ->
                        followed(known, answer, asked.type(), canonical).toBytes(asked, room);
                    case Ruling.Elsewhere _ ->
                        upstream.ask(bytes, overTcp)
                                .orElseGet(() -> DnsAnswer.failed(Code.SERVER).toBytes(asked, room));
                });
    }

    /** Most clients want to hear at once what the other name stands for. */
    private DnsAnswer followed(ClusterNames known, DnsAnswer answer, int type, List<String> canonical) {
        if (type != DnsQuery.TYPE_A && type != DnsQuery.TYPE_AAAA) {
            return answer;
        }
        DnsQuery further = DnsQuery.of(0, canonical, type);
        Optional<byte[]> said = switch (known.rule(further)) {
            case Ruling.Answer(DnsAnswer own) -> Optional.of(own.toBytes(further, 0xffff));
            // One step is enough; names that stand for each other would go on for ever.
            case Ruling.Alias _ -> Optional.empty();
            case Ruling.Elsewhere _ -> upstream.ask(further.bytes(), false);
        };
        if (said.isEmpty()) {
            return DnsAnswer.failed(Code.SERVER);
        }
        DnsAnswer.contents(said.get(), type).forEach(data -> answer.record(canonical, type, data));
        return answer;
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
