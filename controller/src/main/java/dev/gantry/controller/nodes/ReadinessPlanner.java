package dev.gantry.controller.nodes;

import dev.gantry.proto.Node;
import dev.gantry.proto.Readiness;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Decides how a node stands by how long it has been silent. */
final class ReadinessPlanner {

    /**
     * A beat changes nothing in the store, so a silent node is looked at again this often. Costs no
     * I/O.
     */
    static final Duration RECHECK = Duration.ofSeconds(1);

    /** By so much a time may be ahead of this clock without the clock having been set back. */
    private static final Duration DRIFT_MAX = Duration.ofMinutes(1);

    /**
     * How the node stands, and when that may change.
     *
     * @param wake empty when only a change of the store can change it
     */
    record Standing(Readiness readiness, Optional<Instant> wake) {}

    private final NodeSettings settings;

    ReadinessPlanner(NodeSettings settings) {
        this.settings = settings;
    }

    /**
     * @param heard when the node last spoke to this leader
     * @param confirmed since when this leader's lease is confirmed, {@link Instant#MAX} while it is
     *     not
     */
    Standing plan(Node node, Optional<Instant> heard, Instant confirmed, Instant now) {
        if (confirmed.isAfter(now)) {
            // Without a lease nobody's silence means anything.
            return new Standing(node.getReadiness(), Optional.of(now.plus(RECHECK)));
        }
        // What an earlier tenure heard is forgotten: silence counts from the first confirmed lease
        // at the earliest.
        Optional<Instant> heardByThisLeader = heard.filter(at -> !at.isBefore(confirmed));
        // A node that has just registered is about to speak; who registered in times to come did so by another clock.
        Instant noted = Instant.ofEpochMilli(node.getRegisteredAtMs());
        Instant registered = noted.isAfter(now.plus(DRIFT_MAX)) ? confirmed : noted;
        Instant silentSince = heardByThisLeader.orElse(latest(confirmed, registered));
        Instant unreachableAt = silentSince.plus(settings.unreachableAfter());
        Instant lostAt = latest(silentSince.plus(settings.lostAfter()), confirmed.plus(settings.grace()));
        if (!now.isBefore(lostAt)) {
            return new Standing(Readiness.LOST, Optional.of(now.plus(RECHECK)));
        }
        if (!now.isBefore(unreachableAt)) {
            boolean isLost = node.getReadiness() == Readiness.LOST;
            Instant recheck = now.plus(RECHECK);
            return new Standing(
                    isLost ? Readiness.LOST : Readiness.UNREACHABLE,
                    Optional.of(recheck.isBefore(lostAt) ? recheck : lostAt));
        }
        if (heardByThisLeader.isPresent()) {
            return new Standing(Readiness.READY, Optional.of(unreachableAt));
        }
        boolean isReady = node.getReadiness() == Readiness.READY;
        return new Standing(node.getReadiness(), Optional.of(isReady ? unreachableAt : now.plus(RECHECK)));
    }

    private static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
