package dev.gantry.agent.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes TCP connections at an address of this node, and hands on what they bring to the first of its targets that answers: the one that
 * answered last is asked first. What the two sides say to each other it neither reads nor changes.
 */
final class Relay implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Relay.class);
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(3);
    private static final int CONNECTIONS_MAX = 2048;
    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServerSocketChannel listener;
    private final Semaphore room = new Semaphore(CONNECTIONS_MAX);
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger preferred = new AtomicInteger();
    private volatile List<InetSocketAddress> targets = List.of();
    private volatile boolean closed;

    private Relay(ServerSocketChannel listener) {
        this.listener = listener;
    }

    /** Listens when this returns. */
    static Relay start(InetAddress address) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.bind(new InetSocketAddress(address, 0));
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        Relay relay = new Relay(listener);
        Thread.ofVirtual().name("relay").start(relay::accept);
        return relay;
    }

    int port() throws IOException {
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    /** For connections from now on; those that there are stay where they are. */
    void leadTo(List<InetSocketAddress> addresses) {
        targets = List.copyOf(addresses);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        open.forEach(Relay::end);
    }

    private void accept() {
        try {
            while (!closed) {
                SocketChannel client = listener.accept();
                if (room.tryAcquire()) {
                    open.add(client);
                    Thread.ofVirtual().name("relay-connection").start(() -> serve(client));
                } else {
                    log.warn("{} connections are relayed already; one more is refused", CONNECTIONS_MAX);
                    end(client);
                }
            }
        } catch (IOException e) {
            if (!closed) {
                log.error("The relay takes no more connections", e);
            }
        }
    }

    private void serve(SocketChannel client) {
        SocketChannel server = null;
        try {
            server = connect();
            open.add(server);
            exchange(client, server);
        } catch (IOException e) {
            log.debug("a relayed connection ended: {}", e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            drop(client);
            if (server != null) {
                drop(server);
            }
            room.release();
        }
    }

    private void drop(SocketChannel channel) {
        open.remove(channel);
        end(channel);
    }

    /** To the target that answered last, or the next one after it that does. */
    private SocketChannel connect() throws IOException {
        List<InetSocketAddress> now = targets;
        int first = preferred.get();
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < now.size(); i++) {
            int index = Math.floorMod(first + i, now.size());
            SocketChannel server = SocketChannel.open();
            try {
                server.socket().connect(now.get(index), (int) CONNECT_WITHIN.toMillis());
                preferred.set(index);
                return server;
            } catch (IOException e) {
                server.close();
                failures.add(now.get(index) + ": " + e.getMessage());
            }
        }
        throw new IOException("no target answers: " + failures);
    }

    private static void exchange(SocketChannel client, SocketChannel server) throws IOException, InterruptedException {
        for (SocketChannel side : List.of(client, server)) {
            side.setOption(StandardSocketOptions.TCP_NODELAY, true).setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        }
        Thread back = Thread.ofVirtual().name("relay-back").start(() -> handOn(server, client));
        handOn(client, server);
        back.join();
    }

    /** Until one side ends; the other is told that nothing more comes. */
    private static void handOn(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    int _ = to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            // Half of it is lost: the other half must not go on as if nothing had happened.
            log.debug("a relayed connection broke: {}", e.getMessage());
            end(from);
            end(to);
        }
    }

    private static void end(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("a relayed connection did not close cleanly: {}", e.getMessage());
        }
    }
}
