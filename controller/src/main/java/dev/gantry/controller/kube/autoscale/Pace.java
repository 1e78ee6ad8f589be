package dev.gantry.controller.kube.autoscale;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.owner.Conditions.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;

/**
 * How far a recommendation is followed at once.
 *
 * @param behavior of the autoscaler; missing for the rules of old, which differ from its defaults
 * @param current  replicas that there shall be now
 */
record Pace(JsonNode behavior, int least, int most, int current, History history, Instant now) {

    private static final String ABLE = "AbleToScale";
    private static final String LIMITED = "ScalingLimited";
    private static final Duration WINDOW = Duration.ofSeconds(300);
    private static final int FEW = 4;

    /** What becomes of a recommendation, and why. */
    record Step(int replicas, Condition able, Condition limited) {}

    private record Bounded(int replicas, String reason, String message) {}

    Step towards(int recommended) {
        int stable = behavior.isObject() ? stabilized(recommended) : greatestLately(recommended, WINDOW);
        Bounded bounded = behavior.isObject() ? paced(stable) : bounded(stable);
        Condition limited = Condition.of(LIMITED, bounded.replicas() != stable, bounded.reason(), bounded.message());
        return new Step(bounded.replicas(), able(recommended, stable), limited);
    }

    private Condition able(int recommended, int stable) {
        if (stable == recommended) {
            return Condition.of(ABLE, true, "ReadyForNewScale", "recommended size matches current size");
        }
        boolean isUp = behavior.isObject() && recommended >= current;
        return isUp
                ? Condition.of(
                        ABLE,
                        true,
                        "ScaleUpStabilized",
                        "recent recommendations were lower than current one, applying the lowest recent recommendation")
                : Condition.of(
                        ABLE,
                        true,
                        "ScaleDownStabilized",
                        "recent recommendations were higher than current one, applying the highest recent"
                                + " recommendation");
    }

    private int greatestLately(int recommended, Duration window) {
        return lately(recommended, window).max().orElseThrow();
    }

    private IntStream lately(int recommended, Duration window) {
        return IntStream.concat(
                IntStream.of(recommended), history.recommendedSince(window, now).mapToInt(Integer::intValue));
    }

    private int stabilized(int recommended) {
        int up = lately(recommended, Policies.up(behavior).window()).min().orElseThrow();
        int down = greatestLately(recommended, Policies.down(behavior).window());
        return Math.min(Math.max(current, up), down);
    }

    private Bounded paced(int wanted) {
        if (wanted > current) {
            int allowed = Policies.up(behavior).most(current, history, now);
            return above(wanted, allowed);
        }
        int allowed = Policies.down(behavior).least(current, history, now);
        if (wanted < current && wanted < Math.max(least, allowed)) {
            return least < allowed
                    ? new Bounded(
                            allowed,
                            "ScaleDownLimit",
                            "the desired replica count is decreasing faster than the maximum scale rate")
                    : tooFew();
        }
        return within(wanted);
    }

    /** No more than twice as many at once, unless there are very few. */
    private Bounded bounded(int wanted) {
        return wanted < least ? tooFew() : above(wanted, Math.max(2 * current, FEW));
    }

    private Bounded above(int wanted, int allowed) {
        if (wanted <= Math.min(most, allowed)) {
            return within(wanted);
        }
        return most > allowed
                ? new Bounded(
                        allowed,
                        "ScaleUpLimit",
                        "the desired replica count is increasing faster than the maximum scale rate")
                : new Bounded(
                        most, "TooManyReplicas", "the desired replica count is more than the maximum replica count");
    }

    private Bounded tooFew() {
        return new Bounded(least, "TooFewReplicas", "the desired replica count is less than the minimum replica count");
    }

    private static Bounded within(int wanted) {
        return new Bounded(wanted, "DesiredWithinRange", "the desired count is within the acceptable range");
    }
}
