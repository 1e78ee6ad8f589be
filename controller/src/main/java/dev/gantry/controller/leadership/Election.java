package dev.gantry.controller.leadership;

import dev.gantry.proto.Leader;
import dev.gantry.store.Lease;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Decides when to stand for election, when to renew, and when the lead is lost: (state, event, now)
 * to (state, effects). Pure but for chance, which is given.
 */
public final class Election {

    /** Where this controller stands. */
    public sealed interface State {

        /**
         * Somebody else leads, or the next try is not due. The record is what the newest image
         * shows.
         */
        record Standby(Optional<Versioned<Leader>> record, Optional<Moment> tryAt) implements State {}

        /** Waits for the outcome of {@link Effect.Campaign}. */
        record Campaigning(Optional<Versioned<Leader>> record) implements State {}

        /** Holds the record. */
        record Leading(Term term) implements State {}

        /** Was closed; nothing happens any more. */
        record Closed() implements State {}
    }

    /**
     * The time from winning an election to losing it.
     *
     * @param guard the record that was written
     * @param renewed when the last successful renewal was sent: the lease counts from then or later
     * @param confirmed when the lead was last gained: at first, and after each time it had lapsed;
     *     empty while lapsed
     * @param nextRenewal when to send the next one
     * @param renewing whether one is under way
     */
    public record Term(
            Versioned<Leader> guard,
            Lease lease,
            Moment renewed,
            Optional<Moment> confirmed,
            Moment nextRenewal,
            boolean renewing) {}

    /** What happened. */
    public sealed interface Event {

        /** Time has passed. */
        record Tick() implements Event {}

        /** An image arrived, which shows this record or none. */
        record Seen(Optional<Versioned<Leader>> record, long imageRevision) implements Event {}

        /** The campaign that was sent at {@code sent} won. */
        record Won(Versioned<Leader> guard, Lease lease, Moment sent) implements Event {}

        /** The campaign found another record, or the store could not be reached. */
        record NotWon() implements Event {}

        record Renewed(Lease lease, Moment sent) implements Event {}

        /**
         * The renewal did not get through, or came too late: then the lease and with it the record
         * are gone.
         */
        record NotRenewed(Lease lease, boolean gone) implements Event {}

        record Close() implements Event {}
    }

    /** What to do. */
    public sealed interface Effect {

        /**
         * Grant a lease and write the record under it, in place of the one named; answers Won or
         * NotWon.
         */
        record Campaign(Optional<Versioned<Leader>> replaced) implements Effect {}

        /** Answers Renewed or NotRenewed. */
        record Renew(Lease lease) implements Effect {}

        /** Ends the lease; needs no answer. */
        record Revoke(Lease lease) implements Effect {}

        /** The lead is confirmed, after having been lost or not had. */
        record Gained(Versioned<Leader> guard) implements Effect {}

        /** The lead is not confirmed any more. */
        record Lost(String reason) implements Effect {}
    }

    /** A state and what leads to it. */
    public record Step(State state, List<Effect> effects) {
        static Step to(State state, Effect... effects) {
            return new Step(state, List.of(effects));
        }
    }

    private final LeadershipSettings settings;
    private final DoubleSupplier chance;

    public Election(LeadershipSettings settings, DoubleSupplier chance) {
        this.settings = settings;
        this.chance = chance;
    }

    public State initial(Moment now) {
        return new State.Standby(Optional.empty(), Optional.of(now));
    }

    public Step step(State state, Event event, Moment now) {
        return switch (state) {
            case State.Standby standby -> standby(standby, event, now);
            case State.Campaigning campaigning -> campaigning(campaigning, event, now);
            case State.Leading(Term term) -> leading(term, event, now);
            case State.Closed _ -> closed(event);
        };
    }

    /** Whether nobody else can be leading at this moment. */
    public boolean isConfirmed(State state, Moment now) {
        return state instanceof State.Leading(Term term) && term.confirmed().isPresent() && isFresh(term, now);
    }

    /** When the next {@link Event.Tick} is due. */
    public Optional<Moment> wake(State state) {
        return switch (state) {
            case State.Standby standby -> standby.tryAt();
            case State.Campaigning _, State.Closed _ -> Optional.empty();
            case State.Leading(Term term) -> {
                Moment lapse = term.renewed().plus(worth());
                boolean lapseFirst = term.confirmed().isPresent()
                        && (term.renewing()
                                || lapse.wall().isBefore(term.nextRenewal().wall()));
                yield lapseFirst
                        ? Optional.of(lapse)
                        : Optional.of(term.nextRenewal()).filter(_ -> !term.renewing());
            }
        };
    }

    private Step standby(State.Standby standby, Event event, Moment now) {
        State.Standby seen = event instanceof Event.Seen image ? noticed(standby, image.record(), now) : standby;
        return switch (event) {
            case Event.Close _ -> Step.to(new State.Closed());
            case Event.Won won -> Step.to(standby, new Effect.Revoke(won.lease()));
            case Event.Tick _, Event.Seen _, Event.NotWon _, Event.Renewed _, Event.NotRenewed _ ->
                seen.tryAt().isPresent() && isDue(seen.tryAt().get(), now)
                        ? Step.to(new State.Campaigning(seen.record()), new Effect.Campaign(seen.record()))
                        : Step.to(seen);
        };
    }

    /**
     * A record that is gone calls for a try, at a time of chance so that standbys do not all try at
     * once.
     */
    private State.Standby noticed(State.Standby standby, Optional<Versioned<Leader>> record, Moment now) {
        if (record.isPresent() && !settings.exclusive()) {
            return new State.Standby(record, Optional.empty());
        }
        return new State.Standby(record, standby.tryAt().or(() -> Optional.of(now.plus(jitter()))));
    }

    private Step campaigning(State.Campaigning campaigning, Event event, Moment now) {
        return switch (event) {
            case Event.Won(var guard, Lease lease, Moment sent) -> won(guard, lease, sent, now);
            case Event.NotWon _ -> Step.to(inStandby(campaigning.record(), settings.retry(), now));
            case Event.Seen image -> Step.to(new State.Campaigning(image.record()));
            // The campaign's own effect finds the state closed and takes back what it wrote.
            case Event.Close _ -> Step.to(new State.Closed());
            case Event.Tick _, Event.Renewed _, Event.NotRenewed _ -> Step.to(campaigning);
        };
    }

    private Step won(Versioned<Leader> guard, Lease lease, Moment sent, Moment now) {
        Term term = new Term(guard, lease, sent, Optional.empty(), sent.plus(settings.renewEvery()), false);
        // An answer that took longer than the lease is worth confirms nothing; the next renewal
        // may.
        return timely(term, now, new ArrayList<>());
    }

    private Step leading(Term before, Event event, Moment now) {
        List<Effect> effects = new ArrayList<>();
        // Before anything else: a renewal that comes after the lapse begins anew and does not mend
        // it.
        Term term = lapsed(before, now, effects);
        return switch (event) {
            case Event.Close _ -> lost(new State.Closed(), term, "it is being shut down", true, effects);
            case Event.Seen(var record, long image) -> {
                boolean replaced = image >= term.guard().revision()
                        && record.map(Versioned::revision).orElse(0L)
                                != term.guard().revision();
                yield replaced
                        ? lost(inStandby(record, Duration.ZERO, now), term, "its record was taken away", true, effects)
                        : timely(term, now, effects);
            }
            case Event.NotRenewed(Lease lease, boolean gone)
            when lease.equals(term.lease()) ->
                gone
                        ? lost(inStandby(Optional.empty(), Duration.ZERO, now), term, "its lease ended", false, effects)
                        : timely(renewal(term, term.renewed(), now.plus(settings.retry())), now, effects);
            case Event.Renewed(Lease lease, Moment sent)
            when lease.equals(term.lease()) ->
                timely(renewal(term, sent, sent.plus(settings.renewEvery())), now, effects);
            case Event.Won won
            when !won.lease().equals(term.lease()) -> {
                effects.add(new Effect.Revoke(won.lease()));
                yield timely(term, now, effects);
            }
            case Event.Tick _, Event.Won _, Event.NotWon _, Event.Renewed _, Event.NotRenewed _ ->
                timely(term, now, effects);
        };
    }

    private Term lapsed(Term term, Moment now, List<Effect> effects) {
        if (term.confirmed().isPresent() && isSetBack(term, now)) {
            // Times that were noted before cannot be compared with those to come: the lead begins anew.
            effects.add(new Effect.Lost("the clock was set back"));
            Duration since = now.steady().minus(term.renewed().steady());
            Moment renewed = new Moment(now.wall().minus(since), term.renewed().steady());
            return new Term(term.guard(), term.lease(), renewed, Optional.empty(), term.nextRenewal(), term.renewing());
        }
        if (term.confirmed().isEmpty() || isFresh(term, now)) {
            return term;
        }
        effects.add(new Effect.Lost("no renewal got through for " + now.since(term.renewed())));
        return new Term(
                term.guard(), term.lease(), term.renewed(), Optional.empty(), term.nextRenewal(), term.renewing());
    }

    private static Step lost(State next, Term term, String reason, boolean revoke, List<Effect> effects) {
        if (term.confirmed().isPresent()) {
            effects.add(new Effect.Lost(reason));
        }
        if (revoke) {
            effects.add(new Effect.Revoke(term.lease()));
        }
        return new Step(next, List.copyOf(effects));
    }

    /** Tries again after the wait, unless there is a record of another that must be respected. */
    private State inStandby(Optional<Versioned<Leader>> record, Duration wait, Moment now) {
        Optional<Moment> next = Optional.of(now.plus(wait).plus(jitter()));
        return new State.Standby(record, next.filter(_ -> record.isEmpty() || settings.exclusive()));
    }

    private static Term renewal(Term term, Moment renewed, Moment next) {
        return new Term(term.guard(), term.lease(), renewed, term.confirmed(), next, false);
    }

    /**
     * What the time says about a term that has not lapsed just now: whether it is confirmed, and
     * whether to renew.
     */
    private Step timely(Term term, Moment now, List<Effect> effects) {
        Optional<Moment> confirmed = term.confirmed();
        if (confirmed.isEmpty() && isFresh(term, now)) {
            confirmed = Optional.of(now);
            effects.add(new Effect.Gained(term.guard()));
        }
        boolean renew = !term.renewing() && isDue(term.nextRenewal(), now);
        if (renew) {
            effects.add(new Effect.Renew(term.lease()));
        }
        Term next = new Term(
                term.guard(), term.lease(), term.renewed(), confirmed, term.nextRenewal(), term.renewing() || renew);
        return new Step(new State.Leading(next), List.copyOf(effects));
    }

    private static Step closed(Event event) {
        return event instanceof Event.Won won
                ? Step.to(new State.Closed(), new Effect.Revoke(won.lease()))
                : Step.to(new State.Closed());
    }

    private boolean isFresh(Term term, Moment now) {
        return now.since(term.renewed()).compareTo(worth()) < 0;
    }

    private boolean isSetBack(Term term, Moment now) {
        Duration byWall = Duration.between(term.renewed().wall(), now.wall());
        Duration bySteady = now.steady().minus(term.renewed().steady());
        return byWall.plus(settings.drift()).compareTo(bySteady) < 0;
    }

    private static boolean isDue(Moment due, Moment now) {
        // Either clock will do: a try too early does no harm.
        return !now.steady().minus(due.steady()).isNegative() || !now.wall().isBefore(due.wall());
    }

    /** For how long a renewal confirms the lead, counted from when it was sent. */
    private Duration worth() {
        return settings.timeToLive().minus(settings.drift());
    }

    private Duration jitter() {
        return Duration.ofMillis(Math.round(settings.retry().toMillis() * chance.getAsDouble()));
    }
}
