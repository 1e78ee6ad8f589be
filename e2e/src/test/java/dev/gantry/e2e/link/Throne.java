package dev.gantry.e2e.link;

import dev.gantry.controller.dispatch.Leading;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.Leader;
import dev.gantry.store.Commit;
import dev.gantry.store.Store;
import dev.gantry.store.Transaction;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Optional;

/** Leadership that is taken and given up by hand. */
final class Throne implements Leading {

    private final Store store;
    private final Instant since;
    private volatile boolean confirmed;
    private volatile Optional<Versioned<Leader>> guard = Optional.empty();
    private volatile Optional<String> elsewhere = Optional.empty();

    Throne(Store store, Instant since) {
        this.store = store;
        this.since = since;
    }

    void take(String controllerId) throws InterruptedException {
        Leader leader = Leader.newBuilder().setControllerId(controllerId).build();
        Optional<Versioned<Leader>> before = store.snapshot().get(Kinds.LEADER_KEY);
        Transaction.Builder writes = Transaction.builder();
        before.ifPresentOrElse(old -> writes.update(old, leader), () -> writes.create(Kinds.LEADER_KEY, leader));
        if (!(store.commit(writes.build()) instanceof Commit.Committed(long revision))) {
            throw new IllegalStateException("somebody else took the lead");
        }
        guard = Optional.of(new Versioned<>(Kinds.LEADER_KEY, leader, revision));
        confirmed = true;
    }

    void leave(String leaderAgentAddress) {
        confirmed = false;
        guard = Optional.empty();
        elsewhere = Optional.of(leaderAgentAddress);
    }

    void confirm(boolean now) {
        confirmed = now;
    }

    @Override
    public boolean confirmed(Instant now) {
        return confirmed;
    }

    @Override
    public Optional<Versioned<Leader>> guard() {
        return guard;
    }

    @Override
    public Instant confirmedSince() {
        return since;
    }

    @Override
    public Optional<String> leaderAgentAddress() {
        return elsewhere;
    }
}
