package dev.gantry.controller.leadership;

import dev.gantry.controller.leadership.Election.Event;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Leader;
import dev.gantry.store.Commit;
import dev.gantry.store.Lease;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.Versioned;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the store for the lead, and turns its answers into events. */
public final class Ballot {

    private static final Logger LOG = LoggerFactory.getLogger(Ballot.class);

    private final Store store;
    private final Candidate candidate;
    private final Duration timeToLive;
    private final Supplier<Moment> clock;

    /** Waits for the store. */
    @FunctionalInterface
    interface Call {
        Event run() throws InterruptedException;
    }

    public Ballot(Store store, Candidate candidate, Duration timeToLive, Supplier<Moment> clock) {
        this.store = store;
        this.candidate = candidate;
        this.timeToLive = timeToLive;
        this.clock = clock;
    }

    public Event campaign(Optional<Versioned<Leader>> replaced) throws InterruptedException {
        Moment sent = clock.get();
        Lease lease;
        try {
            lease = store.grant(timeToLive);
        } catch (RuntimeException e) {
            report("cannot stand for election", e);
            return new Event.NotWon();
        }
        Leader leader = Leader.newBuilder()
                .setControllerId(candidate.controllerId())
                .setApiUrl(candidate.apiUrl())
                .setAgentAddress(candidate.agentAddress())
                .setElectedAtMs(sent.wall().toEpochMilli())
                .build();
        try {
            long expected = replaced.map(Versioned::revision).orElse(Transaction.ABSENT);
            Transaction transaction = new Transaction(
                    Map.of(Kinds.LEADER_KEY, expected),
                    Map.of(Kinds.LEADER_KEY, Optional.of(leader)),
                    Map.of(Kinds.LEADER_KEY, lease));
            if (store.commit(transaction) instanceof Commit.Committed(long revision)) {
                return new Event.Won(new Versioned<>(Kinds.LEADER_KEY, leader, revision), lease, sent);
            }
        } catch (RuntimeException e) {
            report("does not know whether it was elected", e);
        }
        revoke(lease);
        return new Event.NotWon();
    }

    public Event renew(Lease lease) throws InterruptedException {
        Moment sent = clock.get();
        try {
            return store.renew(lease) ? new Event.Renewed(lease, sent) : new Event.NotRenewed(lease, true);
        } catch (RuntimeException e) {
            report("cannot renew its lease", e);
            return new Event.NotRenewed(lease, false);
        }
    }

    /** Best effort: a lease that is not revoked ends by itself. */
    public void revoke(Lease lease) throws InterruptedException {
        try {
            store.revoke(lease);
        } catch (RuntimeException e) {
            report("cannot give up its lease, which ends by itself", e);
        }
    }

    private static void report(String what, RuntimeException cause) {
        if (cause instanceof UnavailableException) {
            LOG.warn("leadership: this controller {}: {}", what, cause.getMessage());
        } else {
            LOG.error("leadership: this controller {}", what, cause);
        }
    }
}
