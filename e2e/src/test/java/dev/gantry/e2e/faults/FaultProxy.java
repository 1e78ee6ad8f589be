package dev.gantry.e2e.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between two processes on a TCP connection and does to it what networks do. What is sent on one connection stays in
 * order, as TCP promises; what is sent on two may overtake.
 */
final class FaultProxy implements AutoCloseable {

    private static final int CHUNK = 16_384;
    private static final int CHUNKS_UNDER_WAY = 256;

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final Random random;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicLong swallowed = new AtomicLong();
    private volatile Trouble trouble = Trouble.NONE;

    /**
     * What the network does.
     *
     * @param delayMin       of each piece
     * @param delayMax       of each piece; in between by chance
     * @param bytesPerSecond in each direction of a connection; 0 for all that fits
     * @param requests       whether what clients send arrives
     * @param replies        whether what servers send arrives
     * @param ghosts         whether the server's side of a connection stays, when the client's ends, until the trouble is over
     */
    record Trouble(
            Duration delayMin,
            Duration delayMax,
            long bytesPerSecond,
            boolean requests,
            boolean replies,
            boolean ghosts) {

        static final Trouble NONE = new Trouble(Duration.ZERO, Duration.ZERO, 0, true, true, false);

        static Trouble delay(Duration least, Duration most) {
            return new Trouble(least, most, 0, true, true, false);
        }

        static Trouble throttle(long bytesPerSecond) {
            return new Trouble(Duration.ZERO, Duration.ZERO, bytesPerSecond, true, true, false);
        }

        /** Requests are carried out and nobody hears of it. */
        static Trouble withoutReplies() {
            return new Trouble(Duration.ZERO, Duration.ZERO, 0, true, false, false);
        }

        /** Connections stay up, and nothing passes: half open. */
        static Trouble silence() {
            return new Trouble(Duration.ZERO, Duration.ZERO, 0, false, false, false);
        }

        Trouble withGhosts() {
            return new Trouble(delayMin, delayMax, bytesPerSecond, requests, replies, true);
        }
    }

    private FaultProxy(InetSocketAddress target, ServerSocket listener, long seed) {
        this.target = target;
        this.listener = listener;
        this.random = new Random(seed);
    }

    /** @param address to listen at, on a port of the kernel's choice */
    static FaultProxy start(String address, InetSocketAddress target, long seed) {
        try {
            ServerSocket listener = new ServerSocket(0, 50, InetAddress.getByName(address));
            FaultProxy proxy = new FaultProxy(target, listener, seed);
            Thread.ofVirtual().name("proxy").start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    String address() {
        return listener.getInetAddress().getHostAddress() + ":" + port();
    }

    /** From now on, on new connections and on those that there are. */
    void trouble(Trouble next) {
        trouble = next;
        if (!next.ghosts()) {
            links.forEach(Link::exorcise);
        }
    }

    /** The trouble is over. A connection that lost something stays as it is until one of its ends gives it up. */
    void heal() {
        trouble(Trouble.NONE);
    }

    /** Resets every connection, in the middle of whatever is under way. */
    void cut() {
        links.forEach(Link::reset);
    }

    /** Resets every connection once it has passed so many bytes more. */
    void cutAfter(long bytes) {
        links.forEach(link -> link.allowance.set(bytes));
    }

    /** Bytes that were taken and not passed. */
    long swallowed() {
        return swallowed.get();
    }

    int connections() {
        return links.size();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    private void accept() {
        try {
            while (true) {
                Link link = new Link(listener.accept());
                links.add(link);
                Thread.ofVirtual().name("proxy-connect").start(link::connect);
            }
        } catch (IOException e) {
            // The proxy was closed.
            return;
        }
    }

    private synchronized long delayNanos(Trouble now) {
        long least = now.delayMin().toNanos();
        long spread = now.delayMax().toNanos() - least;
        return least + (spread > 0 ? (long) (random.nextDouble() * spread) : 0);
    }

    /** A piece of what was sent, or the end of it. */
    private record Piece(byte[] bytes, long dueNanos) {}

    /** One client's connection and ours to the server. */
    private final class Link {

        private final Socket client;
        private final Socket server = new Socket();
        private final AtomicLong allowance = new AtomicLong(Long.MAX_VALUE);
        private final CountDownLatch gone = new CountDownLatch(1);
        private volatile boolean lossy;
        private volatile boolean clientEnded;

        Link(Socket client) {
            this.client = client;
        }

        void connect() {
            try {
                server.connect(target, 5_000);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
            } catch (IOException e) {
                reset();
                return;
            }
            direction(client, server, true);
            direction(server, client, false);
        }

        private void direction(Socket from, Socket to, boolean requests) {
            BlockingQueue<Piece> queue = new ArrayBlockingQueue<>(CHUNKS_UNDER_WAY);
            Thread.ofVirtual().name("proxy-read").start(() -> read(from, queue, requests));
            Thread.ofVirtual().name("proxy-write").start(() -> write(to, queue, requests));
        }

        private void read(Socket from, BlockingQueue<Piece> queue, boolean requests) {
            byte[] buffer = new byte[CHUNK];
            long due = System.nanoTime();
            try {
                InputStream in = from.getInputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    Trouble now = trouble;
                    if (lossy || !(requests ? now.requests() : now.replies())) {
                        // What has a hole cannot go on: a stream without its middle would be another stream.
                        lossy = true;
                        swallowed.addAndGet(count);
                        continue;
                    }
                    long transfer = now.bytesPerSecond() == 0 ? 0 : count * 1_000_000_000L / now.bytesPerSecond();
                    due = Math.max(due, System.nanoTime() + delayNanos(now)) + transfer;
                    queue.put(new Piece(Arrays.copyOf(buffer, count), due));
                }
                queue.put(new Piece(new byte[0], due));
            } catch (IOException e) {
                boolean _ = queue.offer(new Piece(new byte[0], due));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void write(Socket to, BlockingQueue<Piece> queue, boolean requests) {
            try {
                OutputStream out = to.getOutputStream();
                for (Piece piece = queue.take(); piece.bytes().length > 0; piece = queue.take()) {
                    await(piece.dueNanos());
                    if (allowance.addAndGet(-piece.bytes().length) < 0) {
                        reset();
                        return;
                    }
                    out.write(piece.bytes());
                }
                if (requests && trouble.ghosts()) {
                    clientEnded = true;
                    gone.await();
                }
                reset();
            } catch (IOException e) {
                // One side hung up; the other is closed with it, unless it is to haunt the server.
                if (requests || !trouble.ghosts()) {
                    reset();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Waits for the moment, or for the connection's end. */
        private void await(long dueNanos) throws InterruptedException {
            long left = dueNanos - System.nanoTime();
            if (left > 0) {
                boolean _ = gone.await(left, TimeUnit.NANOSECONDS);
            }
        }

        void exorcise() {
            if (clientEnded) {
                gone.countDown();
            }
        }

        void reset() {
            links.remove(this);
            gone.countDown();
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.setSoLinger(true, 0);
                    socket.close();
                } catch (IOException e) {
                    // It is closed already.
                    continue;
                }
            }
        }
    }
}
