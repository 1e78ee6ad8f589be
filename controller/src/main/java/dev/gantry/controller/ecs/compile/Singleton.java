package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.CreateServiceRequest;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.controller.ecs.document.Refusals;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Services whose one task must never run twice, not even while its node is cut off. A service is one of them from its
 * creation, by a tag, because ECS has no word for it; its tasks are then held by their node, and end there before they are
 * replaced elsewhere.
 */
public final class Singleton {

    /** Of a service. */
    public static final String TAG = "gantry:singleton";

    /** What a node has that can end such a task in time. */
    static final String NODE_ATTRIBUTE = "gantry.capability.leash";

    private Singleton() {}

    /** Whether these are the tags of such a service. */
    public static boolean isAskedFor(Map<String, String> tags) {
        return "true".equals(tags.get(TAG));
    }

    /** The document of a new service: one that says nothing of how it is deployed ends the old task before the next starts. */
    public static CreateServiceRequest filled(CreateServiceRequest request, Map<String, String> tags) {
        String asked = tags.get(TAG);
        if (asked != null && !Set.of("true", "false").contains(asked)) {
            throw Refusals.invalid("Tag " + TAG + " must be true or false, was '" + asked + "'.");
        }
        if (!isAskedFor(tags)) {
            return request;
        }
        DeploymentConfiguration given = request.deploymentConfiguration();
        DeploymentConfiguration.Builder filled = given == null ? DeploymentConfiguration.builder() : given.toBuilder();
        if (given == null || given.maximumPercent() == null) {
            filled.maximumPercent(100);
        }
        if (given == null || given.minimumHealthyPercent() == null) {
            filled.minimumHealthyPercent(0);
        }
        return request.toBuilder().deploymentConfiguration(filled.build()).build();
    }

    /** Refuses what would need a second task. */
    public static void check(CreateServiceRequest document, Map<String, String> tags) {
        if (!isAskedFor(tags)) {
            return;
        }
        if (document.desiredCount() != null && document.desiredCount() > 1) {
            throw Refusals.invalid("A service with the tag " + TAG + "=true runs at most one task; desiredCount was "
                    + document.desiredCount() + ".");
        }
        if ("DAEMON".equals(document.schedulingStrategy())) {
            throw Refusals.invalid("A service with the tag " + TAG + "=true runs at most one task, so it cannot use the"
                    + " scheduling strategy DAEMON.");
        }
        Integer most = most(document.deploymentConfiguration());
        if (most == null || most != 100) {
            throw Refusals.invalid("A service with the tag " + TAG + "=true needs maximumPercent 100 and"
                    + " minimumHealthyPercent 0, so that the old task has ended before the next starts.");
        }
        if (document.deploymentController() != null
                && !document.deploymentController().type().equals("ECS")) {
            throw Refusals.invalid("A service with the tag " + TAG + "=true needs the deployment controller ECS: task"
                    + " sets run side by side.");
        }
        if (isSideBySide(document.deploymentConfiguration())) {
            throw Refusals.invalid("A service with the tag " + TAG + "=true needs the deployment strategy ROLLING:"
                    + " the others run two revisions side by side.");
        }
    }

    private static boolean isSideBySide(@Nullable DeploymentConfiguration configuration) {
        return configuration != null
                && configuration.strategy() != null
                && !configuration.strategy().equals("ROLLING");
    }

    private static @Nullable Integer most(@Nullable DeploymentConfiguration configuration) {
        return configuration == null ? null : configuration.maximumPercent();
    }

    /** Refuses to change the tag: the tasks that run would not change with it. */
    public static void checkKept(Map<String, String> before, Map<String, String> after) {
        String was = before.getOrDefault(TAG, "false");
        String is = after.getOrDefault(TAG, "false");
        if (!was.equals(is)) {
            throw Refusals.invalid("Tag " + TAG + " is part of a service from its creation and cannot be changed;"
                    + " create another service with the tag.");
        }
    }
}
