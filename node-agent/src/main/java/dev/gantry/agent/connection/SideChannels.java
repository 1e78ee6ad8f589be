package dev.gantry.agent.connection;

import dev.gantry.agent.Sink;
import dev.gantry.agent.Source;
import dev.gantry.agent.Workshop;
import dev.gantry.link.Incoming;
import dev.gantry.link.Outgoing;
import dev.gantry.proto.AgentsGrpc.AgentsStub;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import dev.gantry.proto.OpenChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves logs, commands and statistics, each on a stream and a thread of its own; so many at a time and no more. */
final class SideChannels {

    static final int MAX = 32;

    private static final Logger log = LoggerFactory.getLogger(SideChannels.class);
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Workshop workshop;
    private final Semaphore free = new Semaphore(MAX);

    SideChannels(Workshop workshop) {
        this.workshop = workshop;
    }

    /** Serves a request on a thread of its own; says false when there are too many already. */
    boolean open(AgentsStub controller, OpenChannel request) {
        if (!free.tryAcquire()) {
            return false;
        }
        Thread.ofVirtual().name("channel-" + request.getChannelId()).start(() -> {
            try {
                serve(controller, request);
            } catch (InterruptedException _) {
                log.debug("channel {} was closed by the other side", request.getChannelId());
            } catch (RuntimeException e) {
                log.error("channel {} failed", request.getChannelId(), e);
            } finally {
                free.release();
            }
        });
        return true;
    }

    private void serve(AgentsStub controller, OpenChannel request) throws InterruptedException {
        AgentEnd end = new AgentEnd(Thread.currentThread());
        var _ = controller.channel(end);
        Outgoing<Frame> out = end.out();
        if (!out.send(Frame.newBuilder().setChannelId(request.getChannelId()).build())) {
            return;
        }
        FinishingSink sink = new FinishingSink(out);
        Finished last = Finished.getDefaultInstance();
        try {
            workshop.serve(request, end.source(), sink);
        } catch (RuntimeException e) {
            log.warn("channel {} ends with an error: {}", request.getChannelId(), e.toString());
            String message = e.getMessage();
            last = Finished.newBuilder()
                    .setExitCode(-1)
                    .setError(message == null ? e.toString() : message)
                    .build();
        } finally {
            end.done();
        }
        if (!sink.finished) {
            boolean _ = out.send(Frame.newBuilder().setFinished(last).build());
        }
        out.complete();
    }

    /** Notices whether the workshop has said how it ended. */
    private static final class FinishingSink implements Sink {

        private final Outgoing<Frame> out;
        private volatile boolean finished;

        FinishingSink(Outgoing<Frame> out) {
            this.out = out;
        }

        @Override
        public boolean send(Frame frame) throws InterruptedException {
            finished |= frame.hasFinished();
            return out.send(frame);
        }
    }

    /** The agent's end of one stream. Its worker is interrupted when the other side goes, wherever it waits. */
    private static final class AgentEnd implements ClientResponseObserver<Frame, Frame> {

        private final Thread worker;
        private @Nullable Outgoing<Frame> out;
        private @Nullable Incoming<Frame> in;
        private boolean done;

        AgentEnd(Thread worker) {
            this.worker = worker;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<Frame> call) {
            call.disableAutoRequestWithInitial(Incoming.WINDOW);
            Outgoing<Frame> writer = new Outgoing<>(call, PATIENCE);
            call.setOnReadyHandler(writer::ready);
            out = writer;
            in = new Incoming<>(call);
        }

        Outgoing<Frame> out() {
            return required(out);
        }

        Source source() {
            return required(in)::next;
        }

        private static <T> T required(@Nullable T started) {
            if (started == null) {
                throw new IllegalStateException("the stream was not started");
            }
            return started;
        }

        /** The worker needs nothing more of the other side. */
        synchronized void done() {
            done = true;
        }

        private synchronized void gone() {
            if (!done) {
                worker.interrupt();
            }
        }

        @Override
        public void onNext(Frame frame) {
            required(in).arrived(frame);
        }

        @Override
        public void onError(Throwable cause) {
            required(in).failed(Status.fromThrowable(cause));
            required(out).ended();
            gone();
        }

        @Override
        public void onCompleted() {
            required(in).ended();
            required(out).ended();
            gone();
        }
    }
}
