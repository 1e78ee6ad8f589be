package dev.gantry.controller.ecs.rollout;

import dev.gantry.controller.ecs.rollout.Action.StartIn;
import dev.gantry.controller.ecs.rollout.Action.Stop;
import dev.gantry.proto.EcsDeployment;
import dev.gantry.proto.EcsService;
import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Moves tasks of a service that is at rest from the zones that have most of them to those that have fewest: first it starts
 * some there, within the upper limit, and when they have settled it stops as many in the fullest (ECS developer guide).
 * Whatever else there is to do goes first, and ends it.
 */
final class Rebalance {

    /** After there was no room where tasks should go. */
    private static final Duration AGAIN = Duration.ofMinutes(10);

    private final Snapshot snapshot;
    private final EcsService.Builder service;
    private final Situation situation;
    private final Announcements announcements;

    /** @param service is changed where it says how far this has come */
    Rebalance(Snapshot snapshot, EcsService.Builder service, Situation situation, Announcements announcements) {
        this.snapshot = snapshot;
        this.service = service;
        this.situation = situation;
        this.announcements = announcements;
    }

    /**
     * Empty when tasks are not to be moved now.
     *
     * @param sample a task of the service
     */
    Optional<Plan> plan(Supplier<Optional<Workload>> sample) {
        if (!mayBegin()) {
            service.setRebalancing(false);
            return Optional.empty();
        }
        Census census = Census.of(situation);
        int surplus = census.good().size() - situation.limits().desired();
        boolean pausing = situation.now().isBefore(situation.notBefore());
        boolean isAtRest = census.outgoing().isEmpty() && census.failing().isEmpty();
        if (!isAtRest || surplus < 0 || pausing && surplus > 0) {
            service.setRebalancing(false);
            return Optional.empty();
        }
        if (surplus > 0) {
            return service.getRebalancing() ? Optional.of(finish(census, surplus)) : Optional.empty();
        }
        if (census.total() != census.alive() || !hasSettled(census)) {
            return Optional.empty();
        }
        // Nothing else may come that would have it looked at again.
        return pausing ? Optional.of(waiting(Optional.of(situation.notBefore()), true)) : begin(census, sample);
    }

    /** What can be told without a look at each task. */
    private boolean mayBegin() {
        return situation.rules().balancesZones()
                && situation.mayStart()
                && service.getDeploymentsCount() == 1
                && service.getDeployments(0).getRolloutState() == EcsDeployment.RolloutState.COMPLETED;
    }

    private boolean hasSettled(Census census) {
        return census.good().stream().allMatch(situation::isSettled);
    }

    private Optional<Plan> begin(Census census, Supplier<Optional<Workload>> sample) {
        Instant again = Instant.ofEpochMilli(service.getRebalanceNotBeforeMs());
        int room = situation.limits().upper() - census.total();
        // A time that is further away than any pause was set by a clock that was set back since.
        boolean pausing = situation.now().isBefore(again)
                && !again.isAfter(situation.now().plus(AGAIN));
        Optional<Workload> task = pausing || room <= 0 || census.good().size() < 2 ? Optional.empty() : sample.get();
        if (task.isEmpty()) {
            service.setRebalancing(false);
            return pausing ? Optional.of(waiting(Optional.of(again), true)) : Optional.empty();
        }
        Zones zones = Zones.of(snapshot, service.getCluster(), census.good(), task::get);
        List<String> wanting = zones.wanting();
        if (wanting.isEmpty()) {
            if (service.getRebalancing()) {
                announcements.balanced(zones.told());
            }
            service.setRebalancing(false);
            return Optional.empty();
        }
        if (!service.getRebalancing()) {
            announcements.unbalanced(zones.told());
        }
        service.setRebalancing(true);
        List<Action> starts =
                wanting.stream().limit(room).<Action>map(StartIn::new).toList();
        return Optional.of(new Plan(starts, false, true, true, true, false, List.of(), Optional.empty()));
    }

    private Plan finish(Census census, int surplus) {
        List<LiveTask> stuck = census.good().stream()
                .filter(task -> !task.isPlaced()
                        && !task.workload()
                                .value()
                                .getPlacement()
                                .getUnplacedReason()
                                .isEmpty())
                .toList();
        if (!stuck.isEmpty()) {
            service.setRebalancing(false)
                    .setRebalanceNotBeforeMs(situation.now().plus(AGAIN).toEpochMilli());
            announcements.unableToBalance();
            return stopping(stuck.subList(0, Math.min(stuck.size(), surplus)), List.of());
        }
        if (!hasSettled(census)) {
            long at = ServicePlanner.nextSettled(situation, census.good());
            return waiting(at == LiveTask.NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(at)), false);
        }
        Protection protection = new Protection(situation);
        List<LiveTask> free = protection.free(census.good(), surplus);
        List<LiveTask> chosen = new ScaleIn(snapshot).choose(situation, free, surplus);
        Plan plan = stopping(chosen, protection.deployments());
        return new Plan(plan.actions(), false, true, true, true, false, plan.held(), protection.ends());
    }

    private Plan stopping(List<LiveTask> tasks, List<String> held) {
        List<Action> stops = new ArrayList<>();
        tasks.forEach(task -> stops.add(new Stop(task, ServicePlanner.scaling(situation.newest()))));
        return new Plan(stops, false, true, true, true, false, held, Optional.empty());
    }

    /** @param steady whether nothing is under way */
    private static Plan waiting(Optional<Instant> wake, boolean steady) {
        return new Plan(List.of(), false, true, true, true, steady, List.of(), wake);
    }
}
