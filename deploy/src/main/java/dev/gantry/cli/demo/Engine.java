package dev.gantry.cli.demo;

import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The Docker engine's HTTP API, as far as the command line itself needs it; the docker command may be missing. */
public final class Engine {

    private static final int ANSWER_BYTES_MAX = 8 << 20;

    private final String name;
    private final SocketAddress address;

    private Engine(String name, SocketAddress address) {
        this.name = name;
        this.address = address;
    }

    /** @param named by the user; null: DOCKER_HOST, or the usual socket */
    public static Engine of(@Nullable String named, Map<String, String> environment) {
        String host = named != null ? named : environment.getOrDefault("DOCKER_HOST", "");
        String text = host.isEmpty() ? "unix:///var/run/docker.sock" : host;
        if (text.startsWith("/") || text.startsWith("unix://")) {
            return new Engine(text, UnixDomainSocketAddress.of(text.replaceFirst("^unix://", "")));
        }
        if (text.startsWith("tcp://") || text.startsWith("http://")) {
            URI uri = URI.create(text);
            return new Engine(text, new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 2375 : uri.getPort()));
        }
        throw new Failure(
                Exit.INVALID,
                "cannot use the Docker engine at " + text,
                "it is neither unix:// nor tcp://",
                "see --docker");
    }

    /** Status and body of an answer. */
    public record Answer(int status, String body) {}

    private sealed interface Result {
        record Answered(Answer answer) implements Result {}

        record Broken(IOException cause) implements Result {}
    }

    /** Asks and waits for the whole answer. */
    public Answer ask(String method, String target, byte[] body, Duration deadline) throws InterruptedException {
        BlockingQueue<Result> results = new ArrayBlockingQueue<>(1);
        // A socket channel has no time-out of its own: interrupting its thread closes it.
        Thread thread = Thread.ofVirtual().start(() -> results.add(attempt(method, target, body)));
        Result result = results.poll(deadline.toMillis(), TimeUnit.MILLISECONDS);
        thread.interrupt();
        return switch (result) {
            case Result.Answered answered -> answered.answer();
            case Result.Broken broken ->
                throw unreachable(String.valueOf(broken.cause().getMessage()));
            case null -> throw unreachable("no answer within " + deadline.toSeconds() + " s");
        };
    }

    private Failure unreachable(String why) {
        return new Failure(
                Exit.ERROR,
                "the Docker engine at " + name + " does not answer",
                why,
                "check that it runs: docker version");
    }

    private Result attempt(String method, String target, byte[] body) {
        try (SocketChannel channel = address instanceof UnixDomainSocketAddress
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open()) {
            channel.connect(address);
            // HTTP/1.0: the engine then sends no chunks and closes at the end.
            String head = method + " " + target
                    + " HTTP/1.0\r\nHost: docker\r\nContent-Type: application/x-tar\r\nContent-Length: " + body.length
                    + "\r\n\r\n";
            write(channel, head.getBytes(StandardCharsets.US_ASCII));
            write(channel, body);
            return new Result.Answered(answer(read(channel)));
        } catch (IOException e) {
            return new Result.Broken(e);
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static byte[] read(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(16_384);
        while (channel.read(buffer) >= 0) {
            all.write(buffer.array(), 0, buffer.position());
            buffer.clear();
            if (all.size() > ANSWER_BYTES_MAX) {
                throw new IOException("the answer is larger than 8 MiB");
            }
        }
        return all.toByteArray();
    }

    private static Answer answer(byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0 || !text.matches("(?s)HTTP/1\\.[01] \\d{3}.*")) {
            throw new IOException("the answer is not HTTP");
        }
        return new Answer(Integer.parseInt(text.substring(9, 12)), text.substring(end + 4));
    }
}
