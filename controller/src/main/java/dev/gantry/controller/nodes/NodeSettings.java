package dev.gantry.controller.nodes;

import java.time.Duration;

/**
 * After how much silence a node is given up. The rules between the figures keep a node from being
 * replaced while it may still act, and a new leader from giving up nodes that had no time to reach
 * it.
 *
 * @param unreachableAfter silence after which a node takes no new workloads
 * @param lostAfter silence after which its workloads are given up and replaced
 * @param grace time that a new leader gives every node, from its first confirmed lease
 * @param leaderLease time to live of the leader's lease
 * @param fence silence of the controller after which an agent stops what must not run twice
 * @param fenceStop how long such a stop may take, with what clocks may drift meanwhile
 * @param retention how long a deregistered node is still described
 */
public record NodeSettings(
        Duration unreachableAfter,
        Duration lostAfter,
        Duration grace,
        Duration leaderLease,
        Duration fence,
        Duration fenceStop,
        Duration retention) {

    /**
     * Checks the rules.
     *
     * @throws IllegalArgumentException naming the rule, the figures and what to change
     */
    public NodeSettings {
        require(unreachableAfter.isPositive(), "unreachable-after must be more than 0, was " + unreachableAfter);
        require(
                unreachableAfter.compareTo(lostAfter) < 0,
                "unreachable-after (" + unreachableAfter + ") must be less than lost-after (" + lostAfter + ")");
        require(
                fence.plus(fenceStop).compareTo(lostAfter) < 0,
                "fence and fence-stop together ("
                        + fence.plus(fenceStop)
                        + ") must be less than lost-after ("
                        + lostAfter
                        + "), or a singleton could run twice");
        require(
                grace.compareTo(lostAfter.plus(leaderLease)) >= 0,
                "grace ("
                        + grace
                        + ") must be at least lost-after and the leader's lease together ("
                        + lostAfter.plus(leaderLease)
                        + "), or a change of leader could lose nodes that are well");
        require(!retention.isNegative(), "retention must not be negative, was " + retention);
    }

    /**
     * The default clock: 15 s, 30 s, grace 40 s, lease 10 s, fence 20 s, 5 s to stop, described for
     * an hour.
     */
    public static NodeSettings defaults() {
        return new NodeSettings(
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                Duration.ofSeconds(40),
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofSeconds(5),
                Duration.ofHours(1));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
