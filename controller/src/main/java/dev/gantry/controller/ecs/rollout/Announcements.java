package dev.gantry.controller.ecs.rollout;

import dev.gantry.proto.Event;
import dev.gantry.store.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The sentences that a service's user reads as its events, in ECS's words (ECS developer guide). */
final class Announcements {

    private static final String PLACEMENT = "was unable to place a task";

    private final String prefix;
    private final List<Versioned<Event>> before;
    private final RolloutSettings settings;
    private final Instant now;
    private final List<Event> said = new ArrayList<>();
    private Optional<Instant> retell = Optional.empty();

    /**
     * @param before the service's events so far, oldest first
     */
    Announcements(String service, List<Versioned<Event>> before, RolloutSettings settings, Instant now) {
        this.prefix = "(service " + service + ") ";
        this.before = before;
        this.settings = settings;
        this.now = now;
    }

    /** What there is to say, without number and time; it is said once. */
    List<Event> take() {
        List<Event> taken = List.copyOf(said);
        said.clear();
        return taken;
    }

    void started(List<String> tasks) {
        say(
                action("TASKS_STARTED").addAllTasks(tasks),
                "has started " + tasks.size() + " tasks: " + listed(tasks) + ".");
    }

    void stopped(List<String> tasks) {
        say(
                action("TASKS_STOPPED").addAllTasks(tasks),
                "has stopped " + tasks.size() + " running tasks: " + listed(tasks) + ".");
    }

    void completed(String deployment) {
        say(Event.newBuilder(), "(deployment " + deployment + ") deployment completed.");
    }

    void failed(String deployment, String cause) {
        say(Event.newBuilder(), "(deployment " + deployment + ") deployment failed: " + cause + ".");
    }

    void rollingBack(String deployment) {
        say(Event.newBuilder(), "rolling back to (deployment " + deployment + ").");
    }

    void steady() {
        say(action("SERVICE_STEADY_STATE"), "has reached a steady state.");
    }

    void unbalanced(String zones) {
        say(
                action("SERVICE_REBALANCING_STARTED"),
                "is not AZ balanced with " + zones + ". AZ Rebalancing in progress.");
    }

    void balanced(String zones) {
        say(action("SERVICE_REBALANCING_COMPLETED"), "is AZ balanced with " + zones + ".");
    }

    void unableToBalance() {
        warn(
                Event.newBuilder(),
                "is unable to AZ Rebalance because no container instance in the Availability Zone met all of its"
                        + " requirements.");
    }

    void inconsistent() {
        warn(action("SERVICE_TASK_START_IMPAIRED"), "is unable to consistently start tasks successfully.");
    }

    void blocked() {
        warn(
                Event.newBuilder(),
                "was unable to stop or start tasks during a deployment because of the service"
                        + " deployment configuration. Update the minimumHealthyPercent or"
                        + " maximumPercent value and try again.");
    }

    void held(String deployment) {
        warn(
                Event.newBuilder(),
                "was unable to reach steady state because task set (" + deployment
                        + ") was unable to scale in. Reason: The"
                        + " number of protected tasks are more than the desired count of tasks.");
    }

    void unusable(String taskDefinition) {
        warn(
                action("SERVICE_TASK_CONFIGURATION_FAILURE").setReason(taskDefinition),
                "was unable to start a task because its task definition cannot be used: " + taskDefinition + ".");
    }

    /** Tells why a task has no node, unless that was told lately, or another reason just before. */
    void unplaced(String reason) {
        Optional<Instant> free = lastAt(prefix + PLACEMENT)
                .map(at -> at.plus(settings.placementQuiet()))
                .filter(now::isBefore);
        if (free.isPresent() && !wasToldLately(prefix + reason)) {
            retellAt(free.get());
        } else {
            warn(action("SERVICE_TASK_PLACEMENT_FAILURE").setReason(reason), reason);
        }
    }

    /** When there will be something to tell again if all stays as it is. */
    Optional<Instant> retell() {
        return retell;
    }

    private void warn(Event.Builder event, String text) {
        if (wasToldLately(prefix + text)) {
            retellAt(lastAt(prefix + text).orElse(now).plus(settings.quiet()));
        } else {
            say(event, text);
        }
    }

    private void say(Event.Builder event, String text) {
        said.add(event.setText(prefix + text).build());
    }

    /** What EventBridge is told as well, as an ECS Service Action. */
    private static Event.Builder action(String name) {
        return Event.newBuilder().setName(name);
    }

    private boolean wasToldLately(String text) {
        return lastAt(text)
                .filter(at -> now.isBefore(at.plus(settings.quiet())))
                .isPresent();
    }

    private void retellAt(Instant at) {
        retell = Optional.of(retell.filter(at::isAfter).orElse(at));
    }

    private Optional<Instant> lastAt(String beginning) {
        return before.reversed().stream()
                .filter(event -> event.value().getText().startsWith(beginning))
                .findFirst()
                .map(event -> Instant.ofEpochMilli(event.value().getAtMs()));
    }

    private static String listed(List<String> tasks) {
        return String.join(
                " ", tasks.stream().map(task -> "(task " + task + ")").toList());
    }
}
