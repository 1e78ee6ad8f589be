package dev.gantry.controller;

import dev.gantry.controller.dispatch.Leading;
import dev.gantry.controller.leadership.Leadership;
import dev.gantry.proto.Leader;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Shows leadership to the parts that must be there before it can begin: before that, nobody leads here. */
final class Lead implements Leading {

    private final AtomicReference<Optional<Leadership>> leadership = new AtomicReference<>(Optional.empty());

    void begin(Leadership started) {
        leadership.set(Optional.of(started));
    }

    @Override
    public boolean confirmed(Instant now) {
        return leadership.get().map(Leadership::isLeader).orElse(false);
    }

    @Override
    public Optional<Versioned<Leader>> guard() {
        return leadership.get().flatMap(Leadership::guard);
    }

    @Override
    public Instant confirmedSince() {
        return leadership.get().flatMap(Leadership::confirmedSince).orElse(Instant.MAX);
    }

    @Override
    public Optional<String> leaderAgentAddress() {
        return leadership
                .get()
                .flatMap(Leadership::leader)
                .map(Leader::getAgentAddress)
                .filter(address -> !address.isEmpty());
    }
}
