package dev.gantry.controller.session;

import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client's talk with a container: what it types goes to the agent, what the container answers comes back. */
public final class Conversation {

    private static final Logger log = LoggerFactory.getLogger(Conversation.class);

    private final AgentChannel channel;
    private final Client client;
    private final boolean endsInput;

    private Conversation(AgentChannel channel, Client client, boolean endsInput) {
        this.channel = channel;
        this.client = client;
        this.endsInput = endsInput;
    }

    /**
     * Holds it to its end.
     *
     * @param endsInput whether the other side hears of the input's end: a container may have more input later
     */
    public static void hold(AgentChannel channel, Client client, boolean endsInput)
            throws InterruptedException, ClientGoneException {
        new Conversation(channel, client, endsInput).hold();
    }

    private void hold() throws InterruptedException, ClientGoneException {
        Thread input = Thread.ofVirtual().name("session-input").start(this::forwardInput);
        try {
            forwardOutput();
        } finally {
            input.interrupt();
            awaitEnd(input);
        }
        client.seeOff();
    }

    /** It was interrupted, and waits for nothing else: whatever the client is heard by may be put away afterwards. */
    private static void awaitEnd(Thread input) {
        boolean isInterrupted = Thread.interrupted();
        while (input.isAlive()) {
            try {
                input.join();
            } catch (InterruptedException _) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the channel when the client is gone or silent, which ends the command's output too. */
    private void forwardInput() {
        try {
            Optional<Frame> frame = client.hear();
            while (frame.isPresent() && forward(frame.get())) {
                frame = client.hear();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        } catch (ClientGoneException e) {
            log.debug("a session ends: {}", e.getMessage());
        } catch (RuntimeException e) {
            log.debug("a session ends, because its client says what makes no sense", e);
        }
        channel.close();
    }

    /** Whether the other side is there to hear more. */
    private boolean forward(Frame frame) throws InterruptedException {
        return (frame.getStdinClosed() && !endsInput) || channel.send(frame);
    }

    private void forwardOutput() throws InterruptedException, ClientGoneException {
        for (Optional<Frame> next = channel.receive(); next.isPresent(); next = channel.receive()) {
            Frame frame = next.get();
            switch (frame.getFrameCase()) {
                case STDOUT -> client.stdout(frame.getStdout());
                case STDERR -> client.stderr(frame.getStderr());
                case FINISHED -> {
                    client.finished(frame.getFinished());
                    return;
                }
                case CHANNEL_ID, STDIN, RESIZE, STATS, STDIN_CLOSED, FRAME_NOT_SET -> {}
            }
        }
        String error = channel.failure().orElse("the connection to the node ended");
        client.finished(Finished.newBuilder().setExitCode(-1).setError(error).build());
    }
}
