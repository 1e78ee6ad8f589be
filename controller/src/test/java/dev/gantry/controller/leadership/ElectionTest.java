package dev.gantry.controller.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.leadership.Election.Effect;
import dev.gantry.controller.leadership.Election.Event;
import dev.gantry.controller.leadership.Election.State;
import dev.gantry.controller.leadership.Election.Step;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Leader;
import dev.gantry.store.Lease;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ElectionTest {

    private static final Moment START = new Moment(Instant.parse("2026-01-01T00:00:00Z"), Duration.ofDays(1));
    private static final Lease LEASE = new Lease(7);
    private static final Versioned<Leader> MINE = record(20);
    private static final Versioned<Leader> OTHER = record(10);

    private final Election election = new Election(LeadershipSettings.defaults(), () -> 0.5);

    @Test
    void standsForElectionAtOnceWhenNobodyLeads() {
        Step step = election.step(election.initial(START), seen(Optional.empty(), 5), START);
        assertThat(step.effects()).containsExactly(new Effect.Campaign(Optional.empty()));
    }

    @Test
    void watchesWhileAnotherLeadsAndTriesSoonAfterItsRecordVanished() {
        State waiting = election.step(election.initial(START), seen(Optional.of(OTHER), 12), START)
                .state();
        assertThat(election.wake(waiting)).isEmpty();

        State near =
                election.step(waiting, seen(Optional.empty(), 15), after(60)).state();
        Moment due = after(60).plus(Duration.ofMillis(250));
        assertThat(election.wake(near)).contains(due);
        assertThat(election.step(near, new Event.Tick(), due).effects())
                .containsExactly(new Effect.Campaign(Optional.empty()));
    }

    @Test
    void replacesAtOnceWhateverRecordWasLeftInAStoreOfItsOwn() {
        Election alone = new Election(LeadershipSettings.defaults().exclusively(), () -> 0.5);
        Step step = alone.step(alone.initial(START), seen(Optional.of(OTHER), 12), START);
        assertThat(step.effects()).containsExactly(new Effect.Campaign(Optional.of(OTHER)));
    }

    @Test
    void leadsFromTheAnswerUntilTheLeaseThatWasAskedForBeforeItMayEnd() {
        State leading = elected();
        assertThat(election.isConfirmed(leading, after(1))).isTrue();
        assertThat(election.isConfirmed(leading, START.plus(Duration.ofMillis(8_999))))
                .isTrue();
        assertThat(election.isConfirmed(leading, after(9))).isFalse();
    }

    @Test
    void renewsInTimeAndCountsFromWhenItAsked() {
        Step renewing = election.step(elected(), new Event.Tick(), after(3));
        assertThat(renewing.effects()).containsExactly(new Effect.Renew(LEASE));

        State renewed = election.step(renewing.state(), new Event.Renewed(LEASE, after(3)), after(5))
                .state();
        assertThat(election.isConfirmed(renewed, after(11))).isTrue();
        assertThat(election.isConfirmed(renewed, after(12))).isFalse();
        assertThat(election.wake(renewed)).contains(after(6));
    }

    @Test
    void asksAgainSoonWhenARenewalDoesNotGetThrough() {
        State renewing = election.step(elected(), new Event.Tick(), after(3)).state();
        Step failed = election.step(renewing, new Event.NotRenewed(LEASE, false), after(4));
        assertThat(failed.effects()).isEmpty();
        assertThat(election.wake(failed.state())).contains(after(4).plus(Duration.ofMillis(500)));
    }

    @Test
    void isNoLeaderAfterAPauseUntilARenewalSentAfterItGotThrough() {
        Step awake = election.step(elected(), new Event.Tick(), after(30));
        assertThat(awake.effects()).hasSize(2);
        assertThat(awake.effects().getFirst()).isInstanceOf(Effect.Lost.class);
        assertThat(awake.effects().getLast()).isEqualTo(new Effect.Renew(LEASE));

        Step again = election.step(awake.state(), new Event.Renewed(LEASE, after(30)), after(31));
        assertThat(again.effects()).containsExactly(new Effect.Gained(MINE));
        assertThat(confirmedSince(again.state())).isEqualTo(after(31));
    }

    @Test
    void aRenewalThatArrivesAfterTheLapseBeginsTheTimeOfGraceAnew() {
        State renewing = election.step(elected(), new Event.Tick(), after(3)).state();
        Step late = election.step(renewing, new Event.Renewed(LEASE, after(3)), after(10));
        assertThat(late.effects().getFirst()).isInstanceOf(Effect.Lost.class);
        assertThat(late.effects()).contains(new Effect.Gained(MINE));
        assertThat(confirmedSince(late.state())).isEqualTo(after(10));
    }

    @Test
    void beginsItsLeadAnewWhenTheClockIsSetBack() {
        Moment setBack =
                new Moment(START.wall().minusSeconds(3600), START.steady().plusSeconds(2));
        Step noticed = election.step(elected(), new Event.Tick(), setBack);
        assertThat(noticed.effects())
                .containsExactly(new Effect.Lost("the clock was set back"), new Effect.Gained(MINE));
        assertThat(confirmedSince(noticed.state())).isEqualTo(setBack);
        assertThat(election.step(noticed.state(), new Event.Tick(), setBack).effects())
                .isEmpty();
    }

    @Test
    void trustsWhicheverClockSaysThatMoreTimeHasPassed() {
        Moment suspended =
                new Moment(START.wall().plusSeconds(60), START.steady().plusSeconds(1));
        Moment setBack =
                new Moment(START.wall().minusSeconds(3600), START.steady().plusSeconds(60));
        assertThat(election.isConfirmed(elected(), suspended)).isFalse();
        assertThat(election.isConfirmed(elected(), setBack)).isFalse();
    }

    @Test
    void stepsDownWhenItsRecordWasReplaced() {
        Step step = election.step(elected(), seen(Optional.of(record(25)), 25), after(2));
        assertThat(step.effects()).hasSize(2);
        assertThat(step.effects().getFirst()).isInstanceOf(Effect.Lost.class);
        assertThat(step.effects().getLast()).isEqualTo(new Effect.Revoke(LEASE));
        assertThat(election.isConfirmed(step.state(), after(2))).isFalse();
    }

    @Test
    void anImageFromBeforeItsElectionMeansNothing() {
        Step step = election.step(elected(), seen(Optional.empty(), 19), after(2));
        assertThat(step.effects()).isEmpty();
        assertThat(election.isConfirmed(step.state(), after(2))).isTrue();
    }

    @Test
    void stepsDownAndTriesAgainWhenTheLeaseIsGone() {
        Step step = election.step(elected(), new Event.NotRenewed(LEASE, true), after(4));
        assertThat(step.effects()).singleElement().isInstanceOf(Effect.Lost.class);
        assertThat(election.wake(step.state())).isPresent();
    }

    @Test
    void givesUpTheLeaseWhenClosedEvenInTheMiddleOfACampaign() {
        Step leading = election.step(elected(), new Event.Close(), after(1));
        assertThat(leading.effects()).contains(new Effect.Revoke(LEASE));

        State campaigning =
                election.step(election.initial(START), new Event.Tick(), START).state();
        State closed = election.step(campaigning, new Event.Close(), START).state();
        assertThat(election.step(closed, new Event.Won(MINE, LEASE, START), after(1))
                        .effects())
                .isEqualTo(List.of(new Effect.Revoke(LEASE)));
    }

    @Test
    void triesAgainAfterALostElectionUnlessAnotherLeads() {
        State campaigning =
                election.step(election.initial(START), new Event.Tick(), START).state();
        State lost = election.step(campaigning, new Event.NotWon(), after(1)).state();
        assertThat(election.wake(lost)).contains(after(1).plus(Duration.ofMillis(750)));
        assertThat(election.wake(election.step(lost, seen(Optional.of(OTHER), 12), after(1))
                        .state()))
                .isEmpty();
    }

    private State elected() {
        State campaigning =
                election.step(election.initial(START), new Event.Tick(), START).state();
        Step step = election.step(campaigning, new Event.Won(MINE, LEASE, START), after(1));
        assertThat(step.effects()).containsExactly(new Effect.Gained(MINE));
        return step.state();
    }

    private static Moment confirmedSince(State state) {
        return ((State.Leading) state).term().confirmed().orElseThrow();
    }

    private static Event seen(Optional<Versioned<Leader>> record, long image) {
        return new Event.Seen(record, image);
    }

    private static Versioned<Leader> record(long revision) {
        return new Versioned<>(Kinds.LEADER_KEY, Leader.getDefaultInstance(), revision);
    }

    private static Moment after(long seconds) {
        return START.plus(Duration.ofSeconds(seconds));
    }
}
