package dev.gantry.e2e.simulation;

import dev.gantry.controller.dispatch.Lead;
import dev.gantry.controller.dispatch.RouteTable;
import dev.gantry.controller.dispatch.SessionEffect;
import dev.gantry.controller.dispatch.SessionInput;
import dev.gantry.controller.dispatch.SessionRules;
import dev.gantry.controller.dispatch.SessionState;
import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.Hello;
import dev.gantry.proto.ToAgent;
import dev.gantry.store.UnavailableException;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;

/** The controller's end of one stream: the real session rules, on a lane. */
final class SimSession {

    private static final Duration HELLO_WITHIN = Duration.ofSeconds(10);

    private final SimController controller;
    private final Stream stream;
    private final Lane lane;
    private SessionState state;
    private boolean changePending;

    SimSession(SimController controller, String nodeId, Stream stream) {
        this.controller = controller;
        this.stream = stream;
        this.lane = new Lane(controller.process());
        this.state = SessionState.of(nodeId);
        controller.world().agenda().after(HELLO_WITHIN, lane, () -> advance(new SessionInput.Silent()));
    }

    String nodeId() {
        return state.nodeId();
    }

    void said(FromAgent message) {
        take(new SessionInput.Said(message));
    }

    void changed() {
        if (!changePending) {
            changePending = true;
            take(new SessionInput.Changed());
        }
    }

    void take(SessionInput input) {
        controller.world().agenda().after(Duration.ZERO, lane, () -> advance(input));
    }

    /** The stream is gone. */
    void ended() {
        controller.closed(this);
        lane.end();
    }

    private void advance(SessionInput input) throws InterruptedException {
        if (input instanceof SessionInput.Changed) {
            changePending = false;
        }
        Instant now = controller.clock().instant();
        SessionRules.Step step = controller
                .rules()
                .step(
                        state,
                        input,
                        new SessionRules.Circumstances(
                                now,
                                controller.store().snapshot(),
                                Lead.of(controller.lead(), now),
                                RouteTable.of(controller.store().snapshot())));
        state = step.state();
        for (SessionEffect effect : step.effects()) {
            perform(effect);
        }
    }

    private void perform(SessionEffect effect) throws InterruptedException {
        switch (effect) {
            case SessionEffect.Send(ToAgent message) -> {
                if (message.hasHeartbeatAcknowledged()) {
                    controller.world().oracle().acknowledges(controller);
                }
                stream.toAgent(message);
            }
            case SessionEffect.Register(Hello hello) -> advance(register(hello));
            case SessionEffect.Heard _ ->
                controller.heartbeats().heard(nodeId(), controller.clock().instant());
            case SessionEffect.Hand(var reports) -> controller.intake().hand(this, reports);
            // Simulated machines measure nothing.
            case SessionEffect.Measured _, SessionEffect.Refuse _ -> {}
            case SessionEffect.End(Status status) -> {
                stream.endedByController(String.valueOf(status.getDescription()));
                ended();
            }
        }
    }

    private SessionInput register(Hello hello) throws InterruptedException {
        try {
            return controller.registrar().register(nodeId(), hello)
                    ? new SessionInput.Registered()
                    : new SessionInput.Doubted("this controller does not lead any more");
        } catch (UnavailableException e) {
            return new SessionInput.Doubted("the store cannot be reached: " + e.getMessage());
        }
    }
}
