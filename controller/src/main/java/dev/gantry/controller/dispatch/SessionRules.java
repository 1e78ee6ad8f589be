package dev.gantry.controller.dispatch;

import dev.gantry.controller.dispatch.SessionState.Stage;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.ChannelRefused;
import dev.gantry.proto.Desired;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.Heartbeat;
import dev.gantry.proto.HeartbeatAcknowledged;
import dev.gantry.proto.Hello;
import dev.gantry.proto.IngressPorts;
import dev.gantry.proto.Node;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Readiness;
import dev.gantry.proto.Redirect;
import dev.gantry.proto.Reports;
import dev.gantry.proto.ReportsAcknowledged;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ToAgent;
import dev.gantry.proto.Usage;
import dev.gantry.proto.Welcome;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The controller's side of a node's session: state, input and circumstances in, state and effects out. Pure. */
public final class SessionRules {

    static final int REPORTS_MAX = 5_000;

    /** Of so many acknowledgements one says where else there are controllers. */
    private static final int ROSTER_EVERY = 5;

    /**
     * What a step may look at.
     *
     * @param image  the newest one
     * @param routes the network, as of that image or a newer one
     */
    public record Circumstances(Instant now, Snapshot image, Lead lead, RouteTable routes) {}

    public record Step(SessionState state, List<SessionEffect> effects) {
        public Step {
            effects = List.copyOf(effects);
        }

        Step(SessionState state, SessionEffect... effects) {
            this(state, List.of(effects));
        }
    }

    private final Duration heartbeatInterval;
    private final Fence fence;
    private final String clusterUid;

    public SessionRules(Duration heartbeatInterval, Fence fence, String clusterUid) {
        this.heartbeatInterval = heartbeatInterval;
        this.fence = fence;
        this.clusterUid = clusterUid;
    }

    public Step step(SessionState state, SessionInput input, Circumstances around) {
        if (state.stage() == Stage.OVER) {
            return new Step(state);
        }
        return switch (input) {
            case SessionInput.Said(FromAgent message) -> said(state, message, around);
            case SessionInput.Registered _ -> registered(state, around);
            case SessionInput.Changed _ -> state.stage() == Stage.LIVE ? refreshed(state, around) : new Step(state);
            case SessionInput.Committed(long sequence) ->
                new Step(
                        state,
                        send(ToAgent.newBuilder()
                                .setReportsAcknowledged(
                                        ReportsAcknowledged.newBuilder().setSequence(sequence))));
            case SessionInput.Wanted(OpenChannel request) -> wanted(state, request);
            case SessionInput.Doubted(String reason) -> end(state, Status.ABORTED, reason);
            case SessionInput.Replaced _ -> end(state, Status.ABORTED, "the node has opened a newer session");
            case SessionInput.Silent _ ->
                state.stage() == Stage.NEW
                        ? end(state, Status.DEADLINE_EXCEEDED, "there was no Hello in time")
                        : new Step(state);
        };
    }

    private Step said(SessionState state, FromAgent message, Circumstances around) {
        return switch (message.getMessageCase()) {
            case HELLO -> hello(state, message.getHello(), around);
            case HEARTBEAT -> inSession(state, message, around, () -> beat(state, message.getHeartbeat(), around));
            case REPORTS -> inSession(state, message, around, () -> reported(state, message.getReports()));
            case USAGE -> inSession(state, message, around, () -> measured(state, message.getUsage()));
            case CHANNEL_REFUSED -> {
                ChannelRefused refused = message.getChannelRefused();
                yield new Step(state, new SessionEffect.Refuse(refused.getChannelId(), refused.getReason()));
            }
            // A newer agent may say more than this controller understands.
            case MESSAGE_NOT_SET -> new Step(state);
        };
    }

    private Step hello(SessionState state, Hello hello, Circumstances around) {
        if (state.stage() != Stage.NEW) {
            return end(state, Status.INVALID_ARGUMENT, "Hello was said twice");
        }
        if (!hello.getNodeId().equals(state.nodeId())) {
            return end(
                    state,
                    Status.PERMISSION_DENIED,
                    "the certificate is of node " + state.nodeId() + ", Hello of '" + hello.getNodeId() + "'");
        }
        if (!around.lead().confirmed()) {
            return redirected(state, around);
        }
        Optional<String> objection = Registration.objection(hello.getInfo());
        if (objection.isPresent()) {
            return end(state, Status.INVALID_ARGUMENT, objection.get());
        }
        return new Step(state.greeted(hello), new SessionEffect.Register(hello));
    }

    private Step inSession(SessionState state, FromAgent message, Circumstances around, StepSource then) {
        if (state.stage() != Stage.LIVE) {
            return end(state, Status.INVALID_ARGUMENT, message.getMessageCase() + " came before the Welcome");
        }
        return around.lead().holds() ? then.step() : redirected(state, around);
    }

    private interface StepSource {
        Step step();
    }

    private Step beat(SessionState state, Heartbeat beat, Circumstances around) {
        if (!around.lead().confirmed()) {
            // No acknowledgement: the agent will look for a leader if this goes on.
            return new Step(state);
        }
        List<SessionEffect> effects = new ArrayList<>();
        effects.add(new SessionEffect.Heard());
        effects.add(send(ToAgent.newBuilder().setHeartbeatAcknowledged(acknowledged(beat.getSequence(), around))));
        Optional<Versioned<Node>> node = node(state, around);
        if (node.isPresent() && node.get().value().getReadiness() != Readiness.READY) {
            // What else is to be told follows once it is registered.
            effects.add(new SessionEffect.Register(state.hello()));
            return new Step(state, effects);
        }
        if (beat.hasIngressPorts()
                && !beat.getIngressPorts().equals(state.hello().getInfo().getIngressPorts())) {
            Hello hello = opened(state.hello(), beat.getIngressPorts());
            effects.add(new SessionEffect.Register(hello));
            return new Step(state.saying(hello), effects);
        }
        Step step = new Step(state, effects);
        boolean due = state.sent().expiry().map(at -> !at.isAfter(around.now())).orElse(false);
        return due ? then(step, refreshed(state, around)) : step;
    }

    private static Hello opened(Hello hello, IngressPorts ports) {
        Hello.Builder opened = hello.toBuilder();
        opened.getInfoBuilder().setIngressPorts(ports);
        return opened.build();
    }

    private static HeartbeatAcknowledged.Builder acknowledged(long sequence, Circumstances around) {
        HeartbeatAcknowledged.Builder message =
                HeartbeatAcknowledged.newBuilder().setSequence(sequence);
        return sequence % ROSTER_EVERY == 0 ? message.addAllControllers(controllers(around)) : message;
    }

    private static List<String> controllers(Circumstances around) {
        return around.image().list(Kinds.CONTROLLER).stream()
                .map(entry -> entry.value().getAgentAddress())
                .toList();
    }

    private static Step then(Step first, Step second) {
        List<SessionEffect> effects = new ArrayList<>(first.effects());
        effects.addAll(second.effects());
        return new Step(second.state(), effects);
    }

    private static Step measured(SessionState state, Usage usage) {
        return usage.getWorkloadsCount() > REPORTS_MAX
                ? end(
                        state,
                        Status.INVALID_ARGUMENT,
                        "a measurement is of " + usage.getWorkloadsCount() + " workloads, and may be of " + REPORTS_MAX)
                : new Step(state, new SessionEffect.Measured(usage));
    }

    private Step reported(SessionState state, Reports reports) {
        if (reports.getReportsCount() > REPORTS_MAX) {
            return end(
                    state,
                    Status.INVALID_ARGUMENT,
                    "a batch has at most " + REPORTS_MAX + " reports, has " + reports.getReportsCount());
        }
        return new Step(state, new SessionEffect.Hand(reports));
    }

    private Step registered(SessionState state, Circumstances around) {
        if (state.stage() == Stage.LIVE) {
            return refreshed(state, around);
        }
        Optional<Versioned<Node>> node = node(state, around);
        if (node.isEmpty()) {
            return end(state, Status.ABORTED, "the node's record vanished while it registered");
        }
        if (Registration.isRefused(node)) {
            return deregistered(state);
        }
        DesiredSet set = DesiredSet.whole(around.image(), node.get(), around.now());
        RouteTable routes = around.routes();
        List<SessionEffect> effects = new ArrayList<>();
        effects.add(new SessionEffect.Heard());
        effects.add(send(ToAgent.newBuilder()
                .setWelcome(Welcome.newBuilder()
                        .setEpoch(set.epoch())
                        .setHeartbeatIntervalMs((int) heartbeatInterval.toMillis())
                        .setClusterUid(clusterUid)
                        .addAllControllers(controllers(around))
                        .setFenceMs(fence.after().toMillis())
                        .setFenceStopMs(fence.stop().toMillis())
                        .setRouted(!routes.isEmpty()))));
        // Pods are to find the network that they are connected to.
        effects.addAll(sends(routes.full()));
        effects.add(send(ToAgent.newBuilder().setDesired(set.full())));
        return new Step(state.having(set).knowing(routes), effects);
    }

    private Step refreshed(SessionState state, Circumstances around) {
        if (!around.lead().holds()) {
            return redirected(state, around);
        }
        Optional<Versioned<Node>> node = node(state, around);
        if (node.isEmpty()) {
            return end(state, Status.ABORTED, "the node's record was removed; the node may register anew");
        }
        if (Registration.isRefused(node)) {
            return deregistered(state);
        }
        List<SessionEffect> effects = new ArrayList<>(sends(around.routes().since(state.routes())));
        SessionState knowing = state.knowing(around.routes());
        if (around.image().revision() <= state.sent().revision()) {
            return new Step(knowing, effects);
        }
        DesiredSet set = state.sent().at(around.image(), node.get(), around.now());
        Optional<Desired> news = set.since(state.sent());
        news.ifPresent(desired -> effects.add(send(ToAgent.newBuilder().setDesired(desired))));
        // What the agent was told stands as it is, and need not be compared with the same records again.
        DesiredSet told = news.isPresent() ? set : set.toldAt(state.sent().revision());
        return new Step(knowing.having(told), effects);
    }

    private static List<SessionEffect> sends(List<Routes> messages) {
        return messages.stream()
                .map(message -> send(ToAgent.newBuilder().setRoutes(message)))
                .toList();
    }

    private static Step wanted(SessionState state, OpenChannel request) {
        return state.stage() == Stage.LIVE
                ? new Step(state, send(ToAgent.newBuilder().setOpenChannel(request)))
                : new Step(state, new SessionEffect.Refuse(request.getChannelId(), "the node is still connecting"));
    }

    private static Step redirected(SessionState state, Circumstances around) {
        String elsewhere = around.lead().elsewhere();
        return new Step(
                state.in(Stage.OVER),
                send(ToAgent.newBuilder().setRedirect(Redirect.newBuilder().setAgentAddress(elsewhere))),
                new SessionEffect.End(Status.OK));
    }

    private static Step deregistered(SessionState state) {
        return end(
                state,
                Status.PERMISSION_DENIED,
                "node " + state.nodeId() + " was deregistered; to make its machine a new node, remove the"
                        + " agent's data directory and join again with a new token");
    }

    private static Step end(SessionState state, Status status, String reason) {
        return new Step(state.in(Stage.OVER), new SessionEffect.End(status.withDescription(reason)));
    }

    private static SessionEffect send(ToAgent.Builder message) {
        return new SessionEffect.Send(message.build());
    }

    private static Optional<Versioned<Node>> node(SessionState state, Circumstances around) {
        return around.image().get(Kinds.NODE.key("", state.nodeId()));
    }
}
