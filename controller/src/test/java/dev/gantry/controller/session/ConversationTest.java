package dev.gantry.controller.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.controller.dispatch.HandChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConversationTest {

    private final HandChannel agent = new HandChannel();
    private final FakeClient client = new FakeClient();

    @Test
    void handsOnWhatBothSay() throws Exception {
        Thread session = hold(true);
        client.says.add(stdin("a"));
        client.says.add(closed());
        assertThat(agent.heard()).isEqualTo(stdin("a"));
        assertThat(agent.heard()).isEqualTo(closed());
        agent.says(Frame.newBuilder().setStdout(ByteString.copyFromUtf8("out")).build());
        agent.says(Frame.newBuilder().setStderr(ByteString.copyFromUtf8("err")).build());
        agent.finishes(3, "");
        session.join();
        assertThat(client.hears).containsExactly("out", "err", "finished 3 ");
    }

    @Test
    void keepsTheEndOfTheInputFromWhoMayHaveMoreLater() throws Exception {
        Thread session = hold(false);
        client.says.add(closed());
        client.says.add(stdin("b"));
        assertThat(agent.heard()).isEqualTo(stdin("b"));
        agent.finishes(0, "");
        session.join();
    }

    @Test
    void endsTheChannelWhenTheClientIsGoneSilentOrMakesNoSense() throws Exception {
        for (Object end : new Object[] {
            new ClientGoneException("gone"), Optional.empty(), new IllegalArgumentException("no such kind")
        }) {
            HandChannel other = new HandChannel();
            FakeClient leaves = new FakeClient();
            leaves.says.add(end);
            Conversation.hold(other.channel(), leaves, true);
            assertThat(other.isClosedSoon()).isTrue();
            assertThat(leaves.hears).containsExactly("finished -1 the connection to the node ended");
        }
    }

    @Test
    void hearsItsClientNoMoreAfterwards() throws Exception {
        agent.finishes(0, "");
        Conversation.hold(agent.channel(), client, true);
        assertThat(client.isHeard).isFalse();
    }

    private Thread hold(boolean endsInput) {
        return Thread.startVirtualThread(() -> {
            try {
                Conversation.hold(agent.channel(), client, endsInput);
            } catch (InterruptedException | ClientGoneException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Frame stdin(String text) {
        return Frame.newBuilder().setStdin(ByteString.copyFromUtf8(text)).build();
    }

    private static Frame closed() {
        return Frame.newBuilder().setStdinClosed(true).build();
    }

    private static final class FakeClient implements Client {

        private final BlockingQueue<Object> says = new LinkedBlockingQueue<>();
        private final List<String> hears = new ArrayList<>();
        private volatile boolean isHeard;

        @Override
        public Optional<Frame> hear() throws InterruptedException, ClientGoneException {
            isHeard = true;
            try {
                return switch (says.take()) {
                    case Frame frame -> Optional.of(frame);
                    case ClientGoneException gone -> throw gone;
                    case RuntimeException nonsense -> throw nonsense;
                    default -> Optional.empty();
                };
            } finally {
                isHeard = false;
            }
        }

        @Override
        public void stdout(ByteString bytes) {
            hears.add(bytes.toStringUtf8());
        }

        @Override
        public void stderr(ByteString bytes) {
            hears.add(bytes.toStringUtf8());
        }

        @Override
        public void finished(Finished how) {
            hears.add("finished " + how.getExitCode() + " " + how.getError());
        }

        @Override
        public void seeOff() {}
    }
}
