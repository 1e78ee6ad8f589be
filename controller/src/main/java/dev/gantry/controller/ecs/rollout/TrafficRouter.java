package dev.gantry.controller.ecs.rollout;

import dev.gantry.proto.EcsService;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Transaction;
import java.util.Optional;

/** Divides the requests for a service between two of its revisions: what a load balancer in front of it does. Pure. */
public interface TrafficRouter {

    /**
     * How the requests shall be divided.
     *
     * @param target id of the revision that gets so many percent of the requests, and of those that test it
     * @param source id of the revision that gets the rest, if there is one
     */
    record Division(String target, Optional<String> source, double percent, double testPercent) {}

    /** Whether there is something in front of the service that can give a part of the requests to a revision. */
    boolean divides(Snapshot snapshot, EcsService service);

    /**
     * Whether the requests are divided so; if they are not, adds to {@code writes} what makes it so. It may write a few records
     * that are its own and no others.
     */
    boolean route(Snapshot snapshot, EcsService service, Division division, Transaction.Builder writes);

    /** For services with nothing in front of them: who reaches a task reaches it as soon as it runs. */
    static TrafficRouter none() {
        return new TrafficRouter() {
            @Override
            public boolean divides(Snapshot snapshot, EcsService service) {
                return false;
            }

            @Override
            public boolean route(Snapshot snapshot, EcsService service, Division division, Transaction.Builder writes) {
                return true;
            }
        };
    }
}
