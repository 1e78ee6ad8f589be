package dev.gantry.controller.kube.apps;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gantry.controller.kube.owner.Share;
import java.time.Duration;
import java.util.Optional;

/**
 * What a deployment's spec says about how it is rolled out.
 *
 * @param rolling whether new pods come before all old ones are gone
 * @param maxSurge so many pods more than desired there may be
 * @param maxUnavailable so many fewer than desired may be available
 * @param deadline how long it may go on without progress
 * @param history how many old sets are kept
 */
record DeploymentRules(
        int replicas,
        boolean rolling,
        int maxSurge,
        int maxUnavailable,
        boolean paused,
        Optional<Duration> deadline,
        int history) {

    private static final int HISTORY = 10;

    static DeploymentRules of(JsonNode spec) {
        int replicas = spec.path("replicas").asInt(1);
        JsonNode strategy = spec.path("strategy");
        boolean rolling = !strategy.path("type").asText().equals("Recreate");
        int surge = 0;
        int unavailable = 0;
        if (rolling) {
            surge = new Share(strategy.at("/rollingUpdate/maxSurge")).roundedUp(replicas);
            unavailable = new Share(strategy.at("/rollingUpdate/maxUnavailable")).roundedDown(replicas);
            if (surge == 0 && unavailable == 0) {
                // Else nothing could ever move.
                unavailable = 1;
            }
            unavailable = Math.min(unavailable, replicas);
        }
        int seconds = spec.path("progressDeadlineSeconds").asInt(Integer.MAX_VALUE);
        return new DeploymentRules(
                replicas,
                rolling,
                surge,
                unavailable,
                spec.path("paused").asBoolean(),
                seconds == Integer.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)),
                spec.path("revisionHistoryLimit").asInt(HISTORY));
    }

    int most() {
        return replicas + maxSurge;
    }

    int leastAvailable() {
        return replicas - maxUnavailable;
    }
}
