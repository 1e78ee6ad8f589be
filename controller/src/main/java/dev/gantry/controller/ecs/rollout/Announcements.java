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
    private final List<String> texts = new ArrayList<>();
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

    /** What there is to say; it is said once. */
    List<String> take() {
        List<String> taken = List.copyOf(texts);
        texts.clear();
        return taken;
    }

    void started(List<String> tasks) {
        texts.add(prefix + "has started " + tasks.size() + " tasks: " + listed(tasks) + ".");
    }

    void stopped(List<String> tasks) {
        texts.add(prefix + "has stopped " + tasks.size() + " running tasks: " + listed(tasks) + ".");
    }

    void completed(String deployment) {
        texts.add(prefix + "(deployment " + deployment + ") deployment completed.");
    }

    void failed(String deployment, String cause) {
        texts.add(prefix + "(deployment " + deployment + ") deployment failed: " + cause + ".");
    }

    void rollingBack(String deployment) {
        texts.add(prefix + "rolling back to (deployment " + deployment + ").");
    }

    void steady() {
        texts.add(prefix + "has reached a steady state.");
    }

    void unbalanced(String zones) {
        texts.add(prefix + "is not AZ balanced with " + zones + ". AZ Rebalancing in progress.");
    }

    void balanced(String zones) {
        texts.add(prefix + "is AZ balanced with " + zones + ".");
    }

    void unableToBalance() {
        warn("is unable to AZ Rebalance because no container instance in the Availability Zone met all of its"
                + " requirements.");
    }

    void inconsistent() {
        warn("is unable to consistently start tasks successfully.");
    }

    void blocked() {
        warn("was unable to stop or start tasks during a deployment because of the service"
                + " deployment configuration. Update the minimumHealthyPercent or"
                + " maximumPercent value and try again.");
    }

    void held(String deployment) {
        warn("was unable to reach steady state because task set (" + deployment
                + ") was unable to scale in. Reason: The"
                + " number of protected tasks are more than the desired count of tasks.");
    }

    void unusable(String taskDefinition) {
        warn("was unable to start a task because its task definition cannot be used: " + taskDefinition + ".");
    }

    /** Tells why a task has no node, unless that was told lately, or another reason just before. */
    void unplaced(String reason) {
        Optional<Instant> free = lastAt(prefix + PLACEMENT)
                .map(at -> at.plus(settings.placementQuiet()))
                .filter(now::isBefore);
        if (free.isPresent() && !wasToldLately(prefix + reason)) {
            retellAt(free.get());
        } else {
            warn(reason);
        }
    }

    /** When there will be something to tell again if all stays as it is. */
    Optional<Instant> retell() {
        return retell;
    }

    private void warn(String text) {
        if (wasToldLately(prefix + text)) {
            retellAt(lastAt(prefix + text).orElse(now).plus(settings.quiet()));
        } else {
            texts.add(prefix + text);
        }
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
