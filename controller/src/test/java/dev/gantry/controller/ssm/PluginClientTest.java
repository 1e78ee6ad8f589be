package dev.gantry.controller.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.controller.http.Body;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.http.Headers;
import dev.gantry.controller.http.HttpResponse;
import dev.gantry.controller.http.Socket;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PluginClientTest {

    private final HandSocket socket = new HandSocket();
    private final PluginClient client = new PluginClient(
            "session-1",
            socket,
            new PluginClient.Making(() -> Instant.EPOCH, UUID::randomUUID),
            Duration.ofSeconds(10));

    @AfterEach
    void close() throws InterruptedException {
        client.close();
    }

    private void greeted() throws InterruptedException, ClientGoneException {
        socket.says(0, ClientMessage.KIND_HANDSHAKE_RESPONSE, "{\"ClientVersion\":\"1.2\",\"Errors\":null}");
        client.greet();
        assertThat(socket.next(ClientMessage.KIND_HANDSHAKE_REQUEST).number()).isZero();
        socket.acknowledges(0);
        assertThat(socket.next(ClientMessage.KIND_HANDSHAKE_COMPLETE).number()).isEqualTo(1);
        socket.acknowledges(1);
    }

    @Test
    void agreesOnAnInteractiveCommand() throws InterruptedException, ClientGoneException {
        socket.says(0, ClientMessage.KIND_HANDSHAKE_RESPONSE, "{\"Errors\":[]}");
        client.greet();
        assertThat(socket.text(socket.next(ClientMessage.KIND_HANDSHAKE_REQUEST)))
                .contains("\"ActionType\":\"SessionType\"")
                .contains("\"SessionType\":\"InteractiveCommands\"");
    }

    @Test
    void leavesWhenThePluginDoesNotTakeTheSession() {
        socket.says(0, ClientMessage.KIND_HANDSHAKE_RESPONSE, "{\"Errors\":[\"Unsupported action\"]}");
        assertThatThrownBy(client::greet)
                .isInstanceOf(ClientGoneException.class)
                .hasMessageContaining("Unsupported action");
    }

    @Test
    void takesInputInOrderOnceAndAcknowledgesIt() throws InterruptedException, ClientGoneException {
        greeted();
        socket.says(2, ClientMessage.KIND_OUTPUT, "later");
        socket.says(1, ClientMessage.KIND_OUTPUT, "first");
        socket.says(1, ClientMessage.KIND_OUTPUT, "first");
        socket.says(2, ClientMessage.KIND_OUTPUT, "later");
        socket.says(3, ClientMessage.KIND_SIZE, "{\"cols\":80,\"rows\":25}");

        assertThat(client.hear()).map(Frame::getStdin).contains(ByteString.copyFromUtf8("first"));
        assertThat(client.hear()).map(Frame::getStdin).contains(ByteString.copyFromUtf8("later"));
        Frame size = client.hear().orElseThrow();
        assertThat(size.getResize().getColumns() + "x" + size.getResize().getRows())
                .isEqualTo("80x25");
        // What came too early is not acknowledged, so that it comes again; what came twice is, each time.
        assertThat(socket.acknowledged(5)).containsExactly("0", "1", "1", "2", "3");
    }

    @Test
    void sendsAgainWhatIsNotAcknowledged() throws InterruptedException, ClientGoneException {
        greeted();
        Thread listening = Thread.startVirtualThread(this::hearAll);
        client.stdout(ByteString.copyFromUtf8("hello"));

        ClientMessage first = socket.next(ClientMessage.KIND_OUTPUT);
        ClientMessage second = socket.next(ClientMessage.KIND_OUTPUT);

        assertThat(second.number()).isEqualTo(first.number());
        assertThat(second.id()).isEqualTo(first.id());
        listening.interrupt();
    }

    @Test
    void saysFarewellOnceEverythingWasSeen() throws InterruptedException, ClientGoneException {
        greeted();
        client.stdout(ByteString.copyFromUtf8("bye"));
        Thread listening = Thread.startVirtualThread(this::hearAll);
        Thread acknowledging = Thread.startVirtualThread(() -> socket.acknowledges(2));
        acknowledging.join();

        client.finished(Finished.newBuilder().setError("it broke").build());

        ClientMessage closed = socket.nextOf(ClientMessage.CLOSED);
        assertThat(socket.text(closed))
                .contains("\"SessionId\":\"session-1\"")
                .contains("\"MessageType\":\"channel_closed\"")
                .contains("\"Output\":\"it broke\"");
        assertThat(socket.isClosed).isTrue();
        listening.interrupt();
    }

    private void hearAll() {
        try {
            while (client.hear().isPresent()) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException | ClientGoneException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void endsWhenThePluginSaysSo() throws InterruptedException, ClientGoneException {
        greeted();
        socket.says(1, ClientMessage.KIND_FLAG, "\0\0\0\2");
        assertThatThrownBy(client::hear).isInstanceOf(ClientGoneException.class);
    }

    @Test
    void refusesWhatIsNoMessageAndNoTerminal() throws InterruptedException, ClientGoneException {
        greeted();
        socket.inbox.add(new Socket.Message.Binary(Body.of("garbage")));
        assertThatThrownBy(client::hear).isInstanceOf(IllegalArgumentException.class);
        socket.says(1, ClientMessage.KIND_SIZE, "{\"cols\":-1,\"rows\":5}");
        assertThatThrownBy(client::hear).isInstanceOf(IllegalArgumentException.class);
    }

    /** A plugin that is the test. */
    private static final class HandSocket implements Socket {

        private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
        private final BlockingQueue<ClientMessage> outbox = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> acknowledgements = new LinkedBlockingQueue<>();
        private volatile boolean isClosed;

        void says(long number, int kind, String payload) {
            byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
            add(new ClientMessage(ClientMessage.INPUT, 1, number, 0, UUID.randomUUID(), kind, bytes));
        }

        void acknowledges(long number) {
            byte[] bytes = ("{\"AcknowledgedMessageSequenceNumber\":" + number + "}").getBytes(StandardCharsets.UTF_8);
            add(new ClientMessage(ClientMessage.ACKNOWLEDGE, 1, 0, 3, UUID.randomUUID(), 0, bytes));
        }

        private void add(ClientMessage message) {
            inbox.add(new Message.Binary(Body.of(message.bytes())));
        }

        String text(ClientMessage message) {
            return new String(message.payload(), StandardCharsets.UTF_8);
        }

        /** The next of a kind; others are passed over. */
        ClientMessage next(int kind) throws InterruptedException {
            ClientMessage message = outbox.poll(10, TimeUnit.SECONDS);
            while (message != null && (message.kind() != kind || !message.type().equals(ClientMessage.OUTPUT))) {
                message = outbox.poll(10, TimeUnit.SECONDS);
            }
            if (message == null) {
                throw new AssertionError("nothing of kind " + kind + " came");
            }
            return message;
        }

        ClientMessage nextOf(String type) throws InterruptedException {
            ClientMessage message = outbox.poll(10, TimeUnit.SECONDS);
            while (message != null && !message.type().equals(type)) {
                message = outbox.poll(10, TimeUnit.SECONDS);
            }
            if (message == null) {
                throw new AssertionError("nothing of type " + type + " came");
            }
            return message;
        }

        List<String> acknowledged(int count) throws InterruptedException {
            List<String> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String one = acknowledgements.poll(10, TimeUnit.SECONDS);
                all.add(one == null ? "nothing" : one);
            }
            return all;
        }

        @Override
        public void accept(Headers answer) {}

        @Override
        public void refuse(HttpResponse answer) {}

        @Override
        public Optional<Message> receive(Duration atMost) throws InterruptedException {
            return Optional.ofNullable(inbox.poll(atMost.toMillis(), TimeUnit.MILLISECONDS));
        }

        @Override
        public void sendText(String text) {}

        @Override
        public void sendBinary(byte[] bytes) {
            ClientMessage message = ClientMessage.parse(bytes);
            if (message.type().equals(ClientMessage.ACKNOWLEDGE)) {
                acknowledgements.add(
                        text(message).replaceAll(".*\"AcknowledgedMessageSequenceNumber\":(\\d+).*", "$1"));
            } else {
                outbox.add(message);
            }
        }

        @Override
        public void close(int code, String reason) {
            isClosed = true;
        }
    }
}
