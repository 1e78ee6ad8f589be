package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Socket;
import dev.gantry.controller.kube.serve.spdy.SpdyConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpdyClientTest {

    private static final byte[] PING = {(byte) 0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1};

    private Instant now = Instant.EPOCH;

    @Test
    void doesNotWaitForStreamsForEver() throws Exception {
        FakeSocket socket = new FakeSocket();
        assertThat(open(socket)).isFalse();
        assertThat(socket.waits).containsExactly(Duration.ofSeconds(30));
    }

    @Test
    void isNotHeldUpByWhoSaysOtherThings() throws Exception {
        FakeSocket socket = new FakeSocket();
        socket.pings = Integer.MAX_VALUE;
        assertThat(open(socket)).isFalse();
        assertThat(socket.waits)
                .containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(20), Duration.ofSeconds(10));
    }

    private boolean open(FakeSocket socket) throws Exception {
        try (SpdyConnection connection = new SpdyConnection(socket)) {
            return new SpdyClient(connection, Set.of("error"), CommandProtocol.V4, Duration.ofHours(1), () -> now)
                    .open();
        }
    }

    /** Each message takes ten seconds. */
    private final class FakeSocket implements Socket {

        private final List<Duration> waits = new ArrayList<>();
        private int pings;

        @Override
        public void accept(Headers answer) {}

        @Override
        public void refuse(HttpResponse answer) {}

        @Override
        public Optional<Message> receive(Duration atMost) {
            waits.add(atMost);
            if (waits.size() > pings) {
                return Optional.empty();
            }
            now = now.plusSeconds(10);
            return Optional.of(new Message.Binary(Body.of(PING)));
        }

        @Override
        public void sendText(String text) {}

        @Override
        public void sendBinary(byte[] bytes) {}

        @Override
        public void close(int code, String reason) {}
    }
}
