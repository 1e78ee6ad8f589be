package dev.gantry.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that nobody reads are kept neither for ever nor in any number. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowReadersTest {

    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    private static final int ANSWER_BYTES = 8 << 20;
    private static final Duration LONG = Duration.ofMinutes(1);

    private final AtomicInteger handled = new AtomicInteger();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void givesUpOnAClientThatDoesNotReadItsAnswerInTime() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT.withAnswers(Long.MAX_VALUE, Duration.ofMillis(100)));
        Socket reader = ask(edge, REQUEST);
        awaitClosed(reader);
    }

    @Test
    void givesUpOnTheSlowestReaderWhenTooManyAnswersWait() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT.withAnswers(ANSWER_BYTES * 3 / 2, LONG));
        Socket first = ask(edge, REQUEST);
        await().until(() -> handled.get() == 1);
        Socket second = ask(edge, REQUEST);
        awaitClosed(first);
        readAnswer(second);
    }

    @Test
    void doesNotAnswerAheadOfAClientThatSendsRequestsAndReadsNothing() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT.withAnswers(ANSWER_BYTES * 3 / 2, LONG));
        Socket reader = ask(edge, REQUEST.repeat(200));
        awaitClosed(reader);
        assertThat(handled).hasValueLessThan(20);
    }

    @Test
    void waitsForTheNextRequestOfAClientThatHasReadItsAnswer() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT.withAnswers(ANSWER_BYTES * 3 / 2, Duration.ofSeconds(5)));
        Socket reader = ask(edge, REQUEST);
        for (int answers = 1; answers <= 3; answers++) {
            readAnswer(reader);
            reader.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
        }
        readAnswer(reader);
        assertThat(handled).hasValue(4);
    }

    private static void readAnswer(Socket reader) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) reader.getInputStream().read());
        }
        assertThat(head).startsWith("HTTP/1.1 200 ");
        reader.getInputStream().skipNBytes(ANSWER_BYTES);
    }

    private Edge start(EdgeLimits limits) throws Exception {
        byte[] large = new byte[ANSWER_BYTES];
        Edge edge = new Edge(
                EdgeOptions.plain("127.0.0.1", 0).with(limits),
                new Routes().answer("/", _ -> {
                    handled.incrementAndGet();
                    return new HttpResponse(200, Headers.of("Content-Type", "text/plain"), Body.of(large));
                }),
                () -> "id");
        open.addFirst(edge);
        edge.start();
        return edge;
    }

    private Socket ask(Edge edge, String requests) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8 << 10);
        socket.connect(new InetSocketAddress("127.0.0.1", edge.port()));
        open.addFirst(socket);
        socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Without reading: that would make room for the answer. */
    private static void awaitClosed(Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            try {
                out.write('\r');
                return false;
            } catch (IOException _) {
                return true;
            }
        });
    }
}
