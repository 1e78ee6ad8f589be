package dev.gantry.agent.connection;

import dev.gantry.agent.Fence;
import dev.gantry.proto.Desired;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.Heartbeat;
import dev.gantry.proto.Redirect;
import dev.gantry.proto.Routes;
import dev.gantry.proto.ToAgent;
import dev.gantry.proto.Welcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The agent's side of a session: state, input and time in, state and effects out. Pure. */
public final class LinkRules {

    private static final Duration INTERVAL_MIN = Duration.ofMillis(10);
    private static final Duration INTERVAL_MAX = Duration.ofMinutes(1);

    public record Step(LinkState state, List<LinkEffect> effects) {
        public Step {
            effects = List.copyOf(effects);
        }

        Step(LinkState state, LinkEffect... effects) {
            this(state, List.of(effects));
        }
    }

    private final Duration silenceMax;

    public LinkRules(Duration silenceMax) {
        this.silenceMax = silenceMax;
    }

    public Step step(LinkState state, LinkInput input, long now) {
        if (state.over()) {
            return new Step(state);
        }
        return switch (input) {
            case LinkInput.Said(ToAgent message) -> said(state, message, now);
            case LinkInput.Ticked _ -> ticked(state, now);
            case LinkInput.Reported _ -> new Step(state);
            case LinkInput.Broken(String reason) -> leave(state, reason, Optional.empty());
        };
    }

    /** How long until something is due. */
    public Duration untilDue(LinkState state, long now) {
        long silent = state.provenAt() + silenceMax.toNanos() - now;
        long beat = state.welcomed() ? state.nextBeatAt() - now : Long.MAX_VALUE;
        return Duration.ofNanos(Math.max(0, Math.min(silent, beat)));
    }

    private Step said(LinkState state, ToAgent message, long now) {
        return switch (message.getMessageCase()) {
            case WELCOME -> welcome(state, message.getWelcome(), now);
            case REDIRECT -> redirect(state, message.getRedirect());
            case DESIRED -> desired(state, message.getDesired());
            case REPORTS_ACKNOWLEDGED ->
                new Step(
                        state,
                        new LinkEffect.Acknowledge(
                                message.getReportsAcknowledged().getSequence()));
            case HEARTBEAT_ACKNOWLEDGED ->
                acknowledged(state, message.getHeartbeatAcknowledged().getSequence());
            case ROUTES -> new Step(state, new LinkEffect.Route(message.getRoutes()));
            case OPEN_CHANNEL -> new Step(state, new LinkEffect.Open(message.getOpenChannel()));
            // A newer controller may say more than this agent understands.
            case MESSAGE_NOT_SET -> new Step(state);
        };
    }

    private static Step welcome(LinkState state, Welcome welcome, long now) {
        Duration interval = Duration.ofMillis(welcome.getHeartbeatIntervalMs());
        Duration bounded = interval.compareTo(INTERVAL_MIN) < 0
                ? INTERVAL_MIN
                : interval.compareTo(INTERVAL_MAX) > 0 ? INTERVAL_MAX : interval;
        Fence fence = new Fence(Duration.ofMillis(welcome.getFenceMs()), Duration.ofMillis(welcome.getFenceStopMs()));
        // Whoever says so led after the connection was opened, and counts this node as heard since.
        List<LinkEffect> effects = new ArrayList<>();
        effects.add(new LinkEffect.Extend(state.provenAt(), fence));
        effects.add(new LinkEffect.Report());
        if (!welcome.getRouted()) {
            effects.add(new LinkEffect.Route(Routes.newBuilder().setFull(true).build()));
        }
        return new Step(state.welcomed(bounded.toNanos(), fence, now), effects);
    }

    /** Counted from when the heartbeat was sent: how long its acknowledgement took says nothing of who leads now. */
    private static Step acknowledged(LinkState state, long beat) {
        LinkState proven = state.acknowledged(beat);
        return proven.equals(state)
                ? new Step(state)
                : new Step(proven, new LinkEffect.Extend(proven.provenAt(), proven.fence()));
    }

    private static Step redirect(LinkState state, Redirect redirect) {
        if (redirect.getAgentAddress().isEmpty()) {
            return leave(state, "the controller does not lead, and knows nobody who does", Optional.empty());
        }
        try {
            HostPort next = HostPort.parse(redirect.getAgentAddress());
            return leave(state, "the leader is at " + next, Optional.of(next));
        } catch (LinkException e) {
            return leave(state, "the controller redirects to nowhere: " + e.getMessage(), Optional.empty());
        }
    }

    private static Step desired(LinkState state, Desired desired) {
        return switch (state.obeyed().rule(desired)) {
            case Obeyed.Ruling.Obey(Obeyed newer) -> new Step(state.obeying(newer), new LinkEffect.Obey(newer));
            case Obeyed.Ruling.Ignore _ -> new Step(state);
            case Obeyed.Ruling.Gap _ ->
                leave(
                        state,
                        "changes since revision " + desired.getBaseRevision() + " came to who obeys "
                                + state.obeyed().revision(),
                        Optional.empty());
        };
    }

    private Step ticked(LinkState state, long now) {
        if (now - state.provenAt() >= silenceMax.toNanos()) {
            return leave(state, "no heartbeat was acknowledged for " + silenceMax.toMillis() + " ms", Optional.empty());
        }
        if (!state.welcomed() || now < state.nextBeatAt()) {
            return new Step(state);
        }
        LinkState beaten = state.beaten(now);
        return new Step(
                beaten,
                new LinkEffect.Send(FromAgent.newBuilder()
                        .setHeartbeat(Heartbeat.newBuilder().setSequence(beaten.lastBeat()))
                        .build()));
    }

    private static Step leave(LinkState state, String reason, Optional<HostPort> next) {
        return new Step(state.left(), new LinkEffect.Leave(reason, next));
    }
}
