package dev.gantry.controller.ecs.rollout;

import dev.gantry.proto.EcsService;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.util.ArrayList;
import java.util.List;

/** A load balancer that does at the next look what it is asked for, and remembers it. */
final class FakeRouter implements TrafficRouter {

    private final List<Division> seen = new ArrayList<>();
    private boolean divides;
    private boolean stuck;

    /** From now on there is something in front of the service that can divide its requests. */
    void divide() {
        divides = true;
    }

    /** Whether nothing is brought about from now on. */
    void stick(boolean stuck) {
        this.stuck = stuck;
    }

    /** What the newest revision got of the requests, in the order in which it got them. */
    List<Double> percents() {
        return seen.stream().map(Division::percent).toList();
    }

    @Override
    public boolean divides(Snapshot snapshot, EcsService service) {
        return divides;
    }

    @Override
    public boolean route(Snapshot snapshot, EcsService service, Division division, Transaction.Builder writes) {
        if (stuck) {
            return false;
        }
        if (seen.isEmpty() || !seen.getLast().equals(division)) {
            seen.add(division);
        }
        return true;
    }
}
