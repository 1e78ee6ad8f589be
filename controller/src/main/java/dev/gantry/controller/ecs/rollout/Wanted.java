package dev.gantry.controller.ecs.rollout;

import dev.gantry.proto.PlacementConstraint;

/**
 * What tasks there shall be more of.
 *
 * @param deployment the id of theirs
 * @param where      beside what the service says of it; of no type for nothing
 * @param node       that they go to; empty for any
 */
record Wanted(String deployment, PlacementConstraint where, String node) {

    static Wanted anywhere(String deployment) {
        return new Wanted(deployment, PlacementConstraint.getDefaultInstance(), "");
    }

    static Wanted on(String deployment, String node) {
        return new Wanted(deployment, PlacementConstraint.getDefaultInstance(), node);
    }

    static Wanted in(String deployment, String zone) {
        return new Wanted(deployment, Zones.only(zone), "");
    }
}
