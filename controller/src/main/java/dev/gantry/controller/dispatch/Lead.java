package dev.gantry.controller.dispatch;

import java.time.Instant;

/**
 * How this controller stands at one moment.
 *
 * @param holds     it holds the leader's record, as far as it knows
 * @param confirmed it is inside its own confirmed lease
 * @param elsewhere where agents shall connect if it does not lead; empty when unknown
 */
public record Lead(boolean holds, boolean confirmed, String elsewhere) {

    public static Lead of(Leading leading, Instant now) {
        return new Lead(
                leading.guard().isPresent(),
                leading.confirmed(now),
                leading.leaderAgentAddress().orElse(""));
    }
}
