package dev.gantry.agent.connection;

import dev.gantry.agent.Fence;
import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.Workshop;
import dev.gantry.link.Outgoing;
import dev.gantry.proto.AgentsGrpc;
import dev.gantry.proto.AgentsGrpc.AgentsStub;
import dev.gantry.proto.ChannelRefused;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.Hello;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Reports;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ToAgent;
import dev.gantry.proto.Usage;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Runs {@link LinkRules} on one stream to one controller, on the caller's thread, which is the only one that writes. */
final class Connection implements ClientResponseObserver<FromAgent, ToAgent> {

    private static final int WINDOW = 16;

    private final Parts parts;
    private final AgentsStub controller;
    // Bounded: the window of the stream, one note of reports, one end.
    private final BlockingQueue<LinkInput> inbox = new LinkedBlockingQueue<>();
    private final AtomicBoolean reported = new AtomicBoolean();
    private @Nullable ClientCallStreamObserver<FromAgent> call;
    private @Nullable Outgoing<FromAgent> out;
    private LinkState state;

    /**
     * What connections share.
     *
     * @param stopped whether the agent is to end
     */
    record Parts(
            Workshop workshop,
            Leash leash,
            Routing routing,
            ReportQueue reports,
            NewestUsage usage,
            SideChannels channels,
            DesiredFile file,
            KnownControllers known,
            LinkRules rules,
            LinkTiming timing,
            LongSupplier nanoTime,
            BooleanSupplier stopped) {}

    /** How a session went: what is obeyed now, whether a leader had taken this node on, and where to go next. */
    record Outcome(Obeyed obeyed, boolean welcomed, String reason, Optional<HostPort> next) {}

    Connection(Parts parts, ManagedChannel channel, Obeyed obeyed) {
        this.parts = parts;
        this.controller = AgentsGrpc.newStub(channel);
        this.state = LinkState.connected(obeyed, parts.nanoTime().getAsLong());
    }

    /** Returns when the session is over. */
    Outcome run(String nodeId, Runnable whenWelcomed) throws InterruptedException {
        var _ = controller.session(this);
        boolean sent = stream()
                .send(FromAgent.newBuilder()
                        .setHello(Hello.newBuilder()
                                .setNodeId(nodeId)
                                .setInfo(parts.workshop().describe().toBuilder()
                                        .setIngressPorts(parts.routing().ingressPorts()))
                                .setDesiredRevision(state.obeyed().revision())
                                .setEpoch(state.obeyed().epoch()))
                        .build());
        if (!sent) {
            inbox.add(new LinkInput.Broken("the controller does not read"));
        }
        parts.reports().onArrival(this::reported);
        parts.usage().onArrival(this::reported);
        try {
            LinkEffect.Leave leave = converse(whenWelcomed);
            return new Outcome(state.obeyed(), state.welcomed(), leave.reason(), leave.next());
        } finally {
            parts.reports().onArrival(() -> {});
            parts.usage().onArrival(() -> {});
            stream().complete();
        }
    }

    private LinkEffect.Leave converse(Runnable whenWelcomed) throws InterruptedException {
        while (!parts.stopped().getAsBoolean()) {
            boolean before = state.welcomed();
            Optional<LinkEffect.Leave> leave = perform(decide(await()));
            if (leave.isPresent()) {
                return leave.get();
            }
            if (!before && state.welcomed()) {
                whenWelcomed.run();
            }
            if (state.welcomed() && !(sendReports() && sendUsage())) {
                return new LinkEffect.Leave("the controller does not read", Optional.empty());
            }
        }
        return new LinkEffect.Leave("the agent stops", Optional.empty());
    }

    /** Everything that has happened, or one tick when nothing has until something is due. */
    private List<LinkInput> await() throws InterruptedException {
        long wait = parts.rules().untilDue(state, parts.nanoTime().getAsLong()).toNanos();
        List<LinkInput> inputs = new ArrayList<>();
        LinkInput first = inbox.poll(wait, TimeUnit.NANOSECONDS);
        if (first != null) {
            inputs.add(first);
            inbox.drainTo(inputs);
        }
        // However much is said, heartbeats go on.
        inputs.add(new LinkInput.Ticked());
        return inputs;
    }

    private List<LinkEffect> decide(List<LinkInput> inputs) {
        List<LinkEffect> effects = new ArrayList<>();
        for (LinkInput input : inputs) {
            if (input instanceof LinkInput.Reported) {
                reported.set(false);
            }
            LinkRules.Step step =
                    parts.rules().step(state, input, parts.nanoTime().getAsLong());
            state = step.state();
            for (LinkEffect effect : step.effects()) {
                // A newer set replaces one that was not acted on yet.
                if (effect instanceof LinkEffect.Obey) {
                    effects.removeIf(LinkEffect.Obey.class::isInstance);
                }
                effects.add(effect);
            }
            if (input instanceof LinkInput.Said(ToAgent message)) {
                parts.known().learn(controllers(message));
                control().request(1);
            }
        }
        return effects;
    }

    private static List<String> controllers(ToAgent message) {
        return switch (message.getMessageCase()) {
            case WELCOME -> message.getWelcome().getControllersList();
            case HEARTBEAT_ACKNOWLEDGED -> message.getHeartbeatAcknowledged().getControllersList();
            case REDIRECT, DESIRED, REPORTS_ACKNOWLEDGED, OPEN_CHANNEL, ROUTES, MESSAGE_NOT_SET -> List.of();
        };
    }

    private Optional<LinkEffect.Leave> perform(List<LinkEffect> effects) throws InterruptedException {
        for (LinkEffect effect : effects) {
            switch (effect) {
                case LinkEffect.Send(FromAgent message) -> {
                    if (!stream().send(current(message))) {
                        return Optional.of(new LinkEffect.Leave("the controller does not read", Optional.empty()));
                    }
                }
                case LinkEffect.Obey(Obeyed obeyed) -> {
                    parts.file().save(obeyed);
                    parts.workshop().obey(obeyed.workloads().values());
                }
                case LinkEffect.Report _ -> parts.workshop().reportAgain();
                case LinkEffect.Acknowledge(long sequence) -> parts.reports().acknowledge(sequence);
                case LinkEffect.Extend(long sentAt, Fence fence) ->
                    parts.leash().extend(sentAt, fence);
                case LinkEffect.Route(Routes news) -> parts.routing().learn(news);
                case LinkEffect.Open(OpenChannel request) -> open(request);
                case LinkEffect.Leave leave -> {
                    return Optional.of(leave);
                }
            }
        }
        return Optional.empty();
    }

    /** With what nobody can decide from the past. */
    private FromAgent current(FromAgent message) {
        if (!message.hasHeartbeat()) {
            return message;
        }
        FromAgent.Builder current = message.toBuilder();
        current.getHeartbeatBuilder().setIngressPorts(parts.routing().ingressPorts());
        return current.build();
    }

    private void open(OpenChannel request) throws InterruptedException {
        if (!parts.channels().open(controller, request)) {
            boolean _ = stream()
                    .send(FromAgent.newBuilder()
                            .setChannelRefused(ChannelRefused.newBuilder()
                                    .setChannelId(request.getChannelId())
                                    .setReason("the node serves " + SideChannels.MAX
                                            + " logs and commands already; close some"))
                            .build());
        }
    }

    private boolean sendReports() throws InterruptedException {
        for (Optional<Reports> batch = parts.reports().next();
                batch.isPresent();
                batch = parts.reports().next()) {
            if (!stream().send(FromAgent.newBuilder().setReports(batch.get()).build())) {
                return false;
            }
        }
        return true;
    }

    private boolean sendUsage() throws InterruptedException {
        Optional<Usage> usage = parts.usage().take();
        return usage.isEmpty()
                || stream().send(FromAgent.newBuilder().setUsage(usage.get()).build());
    }

    private void reported() {
        if (reported.compareAndSet(false, true)) {
            inbox.add(new LinkInput.Reported());
        }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<FromAgent> started) {
        started.disableAutoRequestWithInitial(WINDOW);
        Outgoing<FromAgent> writer = new Outgoing<>(started, parts.timing().writePatience());
        started.setOnReadyHandler(writer::ready);
        call = started;
        out = writer;
    }

    @Override
    public void onNext(ToAgent message) {
        inbox.add(new LinkInput.Said(message));
    }

    @Override
    public void onError(Throwable cause) {
        // Before the writer is released, so that this is the reason that counts.
        inbox.add(new LinkInput.Broken(Wire.words(cause)));
        stream().ended();
    }

    @Override
    public void onCompleted() {
        inbox.add(new LinkInput.Broken("the controller ended the session"));
        stream().ended();
    }

    private Outgoing<FromAgent> stream() {
        Outgoing<FromAgent> started = out;
        if (started == null) {
            throw new IllegalStateException("the stream was not started");
        }
        return started;
    }

    private ClientCallStreamObserver<FromAgent> control() {
        ClientCallStreamObserver<FromAgent> started = call;
        if (started == null) {
            throw new IllegalStateException("the stream was not started");
        }
        return started;
    }
}
