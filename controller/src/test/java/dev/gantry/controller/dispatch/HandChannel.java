package dev.gantry.controller.dispatch;

import dev.gantry.link.Incoming;
import dev.gantry.link.Outgoing;
import dev.gantry.proto.Finished;
import dev.gantry.proto.Frame;
import io.grpc.stub.CallStreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A side channel whose agent is the test. */
public final class HandChannel {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final BlockingQueue<Frame> heard = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean isDeaf;
    private final Call call = new Call();
    private final Incoming<Frame> in = new Incoming<>(call);
    private final AgentChannel channel = new AgentChannel(new Outgoing<>(call, LONG), in, closed::countDown);

    public AgentChannel channel() {
        return channel;
    }

    /** The next thing that the controller sends. */
    public Frame heard() throws InterruptedException {
        Frame frame = heard.poll(LONG.toSeconds(), TimeUnit.SECONDS);
        if (frame == null) {
            throw new AssertionError("the agent heard nothing");
        }
        return frame;
    }

    public void says(Frame frame) {
        in.arrived(frame);
    }

    public void finishes(int exitCode, String error) {
        says(Frame.newBuilder()
                .setFinished(Finished.newBuilder().setExitCode(exitCode).setError(error))
                .build());
        in.ended();
    }

    public boolean isClosedSoon() throws InterruptedException {
        return closed.await(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    /** Takes nothing any more. */
    public void turnsDeaf() {
        isDeaf = true;
    }

    private final class Call extends CallStreamObserver<Frame> {

        @Override
        public boolean isReady() {
            return !isDeaf;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void onNext(Frame frame) {
            heard.add(frame);
        }

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
