package dev.gantry.e2e.simulation;

import dev.gantry.controller.dispatch.Leading;
import dev.gantry.controller.leadership.Ballot;
import dev.gantry.controller.leadership.Candidate;
import dev.gantry.controller.leadership.Election;
import dev.gantry.controller.leadership.Election.Effect;
import dev.gantry.controller.leadership.Election.Event;
import dev.gantry.controller.leadership.LeadershipSettings;
import dev.gantry.controller.leadership.Moment;
import dev.gantry.controller.reconcile.Guard;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.proto.Leader;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Drives one controller's election: the real state machine and the real ballot, on lanes. */
final class SimLead implements Leading, Guard {

    private static final Duration IDLE_MAX = Duration.ofSeconds(1);

    private final SimController controller;
    private final Agenda agenda;
    private final Dice dice;
    private final Election election;
    private final Ballot ballot;
    private final Lane lane;
    private Election.State state;
    private long turn;

    SimLead(SimController controller, LeadershipSettings settings) {
        this.controller = controller;
        this.agenda = controller.world().agenda();
        this.dice = controller.dice().split();
        this.election = new Election(settings, dice::fraction);
        this.ballot = new Ballot(
                controller.store(),
                new Candidate(controller.name(), "https://" + controller.name(), controller.address()),
                settings.timeToLive(),
                controller::moment);
        this.lane = new Lane(controller.process());
        this.state = election.initial(controller.moment());
    }

    void start() {
        controller.store().subscribe(this::changed);
        Snapshot image = controller.store().snapshot();
        offer(new Event.Seen(image.get(Kinds.LEADER_KEY), image.revision()));
    }

    @Override
    public boolean confirmed(Instant now) {
        return election.isConfirmed(state, controller.moment());
    }

    @Override
    public Optional<Versioned<Leader>> guard() {
        return state instanceof Election.State.Leading(Election.Term term)
                        && election.isConfirmed(state, controller.moment())
                ? Optional.of(term.guard())
                : Optional.empty();
    }

    @Override
    public Optional<Versioned<Leader>> current() {
        return guard();
    }

    @Override
    public Instant confirmedSince() {
        return state instanceof Election.State.Leading(Election.Term term)
                        && election.isConfirmed(state, controller.moment())
                ? term.confirmed().map(Moment::wall).orElse(Instant.MAX)
                : Instant.MAX;
    }

    @Override
    public Optional<String> leaderAgentAddress() {
        return controller
                .store()
                .snapshot()
                .get(Kinds.LEADER_KEY)
                .map(leader -> leader.value().getAgentAddress());
    }

    private void changed(Snapshot image, List<Change<?>> changes) {
        if (changes.stream().anyMatch(change -> change.key().equals(Kinds.LEADER_KEY))) {
            offer(new Event.Seen(image.get(Kinds.LEADER_KEY), image.revision()));
        }
    }

    private void offer(Event event) {
        agenda.after(Duration.ZERO, lane, () -> take(event));
    }

    private void take(Event event) throws InterruptedException {
        Election.Step step = election.step(state, event, controller.moment());
        state = step.state();
        for (Effect effect : step.effects()) {
            perform(effect);
        }
        long mine = ++turn;
        Duration wait = election.wake(state)
                .map(wake -> wake.steady().minus(controller.moment().steady()))
                .filter(until -> until.compareTo(IDLE_MAX) < 0)
                .orElse(IDLE_MAX);
        agenda.after(wait, lane, () -> {
            if (turn == mine) {
                take(new Event.Tick());
            }
        });
    }

    private void perform(Effect effect) throws InterruptedException {
        switch (effect) {
            case Effect.Campaign(var replaced) -> aside(() -> ballot.campaign(replaced));
            case Effect.Renew(var lease) -> aside(() -> ballot.renew(lease));
            case Effect.Revoke(var lease) -> ballot.revoke(lease);
            case Effect.Gained(var guard) -> {
                controller.say("leads by revision " + guard.revision());
                controller.gained();
            }
            case Effect.Lost(String reason) -> {
                controller.say("leads no more: " + reason);
                controller.lost();
            }
        }
    }

    private interface Call {
        Event run() throws InterruptedException;
    }

    private void aside(Call call) {
        Lane beside = new Lane(controller.process());
        agenda.after(dice.millis(0, 3), beside, () -> {
            Event answer = call.run();
            agenda.after(dice.millis(0, 20), beside, () -> {
                beside.end();
                offer(answer);
            });
        });
    }
}
