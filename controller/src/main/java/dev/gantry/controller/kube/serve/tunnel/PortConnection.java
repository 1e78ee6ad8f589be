package dev.gantry.controller.kube.serve.tunnel;

import dev.gantry.controller.dispatch.AgentChannel;
import dev.gantry.controller.http.ClientGoneException;
import dev.gantry.controller.resource.RefusedException;
import dev.gantry.proto.Frame;
import dev.gantry.store.UnavailableException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** One connection to a port of a pod, with a thread for each direction. */
public final class PortConnection {

    private static final int FRAMES_AHEAD_MAX = 64;

    /** Connects to a port of the pod. */
    @FunctionalInterface
    public interface Connector {

        /**
         * @throws RefusedException     when the node will not
         * @throws UnavailableException when the node cannot be reached
         */
        AgentChannel connect(int port) throws InterruptedException;
    }

    /** Whoever is connected. */
    interface Client {

        /** Waits while the client is slow. */
        void take(byte[] bytes) throws InterruptedException, ClientGoneException;

        /** @param problem empty when the connection ended in good order */
        void over(String problem) throws InterruptedException, ClientGoneException;

        /** The connection is no more, whoever ended it. */
        void left();
    }

    private final String pod;
    private final int port;
    private final Connector connector;
    private final Client client;
    private final BlockingQueue<Frame> input = new ArrayBlockingQueue<>(FRAMES_AHEAD_MAX);
    private final Thread thread = Thread.ofVirtual().name("port-forward").unstarted(this::run);
    private volatile boolean over;

    /** @param pod its name, for what is said of failures */
    PortConnection(String pod, int port, Connector connector, Client client) {
        this.pod = pod;
        this.port = port;
        this.connector = connector;
        this.client = client;
    }

    void begin() {
        thread.start();
    }

    /** What comes before the pod is reached waits; a connection that takes nothing holds up the others of its client. */
    void give(Frame frame) throws InterruptedException {
        if (!over) {
            input.put(frame);
        }
    }

    void end() {
        thread.interrupt();
    }

    private void run() {
        try {
            String problem = converse();
            client.over(problem.isEmpty() ? "" : "error forwarding port " + port + " to pod " + pod + ": " + problem);
        } catch (InterruptedException _) {
            // The client wants it no more.
            Thread.currentThread().interrupt();
        } catch (ClientGoneException _) {
            // Whoever hears the client learns of it, too, and ends everything.
        } finally {
            over = true;
            client.left();
            // Lets go of whoever waits to give more.
            input.clear();
        }
    }

    /** What went wrong; nothing when the connection ended in good order. */
    private String converse() throws InterruptedException, ClientGoneException {
        try (AgentChannel channel = connector.connect(port)) {
            Thread feeding = Thread.ofVirtual().name("port-input").start(() -> feed(channel));
            try {
                for (Optional<Frame> next = channel.receive(); next.isPresent(); next = channel.receive()) {
                    Frame frame = next.get();
                    if (frame.hasStdout()) {
                        client.take(frame.getStdout().toByteArray());
                    } else if (frame.hasFinished()) {
                        return frame.getFinished().getError();
                    }
                }
            } finally {
                feeding.interrupt();
            }
            return channel.failure().orElse("the connection to the node ended");
        } catch (RefusedException | UnavailableException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void feed(AgentChannel channel) {
        try {
            while (channel.send(input.take())) {
                // The next one.
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
