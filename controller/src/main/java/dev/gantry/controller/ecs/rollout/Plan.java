package dev.gantry.controller.ecs.rollout;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is to be done now.
 *
 * @param blocked the service's own limits allow neither a start nor a stop, and nothing that is
 *     under way changes that
 * @param completed every task is of the newest deployment, and as many as desired have settled
 * @param steady completed, and there is nothing else
 * @param held deployments of which more tasks would stop if they were not protected
 * @param wake when time alone makes a difference
 */
record Plan(
        List<Action> actions,
        boolean blocked,
        boolean completed,
        boolean steady,
        List<String> held,
        Optional<Instant> wake) {}
