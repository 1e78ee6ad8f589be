package dev.gantry.controller.ecs.events;

import dev.gantry.proto.EventStep;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** What identifies an event, the same whoever tells it: of a task and of a node that is its version. */
final class EventNames {

    private EventNames() {}

    static String name(EventStep step) {
        String service = step.getCluster() + "/" + step.getService();
        return switch (step.getWhatCase()) {
            case TASK ->
                "task/" + step.getCluster() + "/" + step.getTask().getId() + "/"
                        + step.getTask().getVersion();
            // A machine that registers again after its record was deleted counts from one again.
            case NODE ->
                "node/" + step.getNode().getId() + "/" + step.getNode().getRegisteredAtMs() + "/"
                        + step.getNode().getVersion();
            case ACTION -> "action/" + service + "/" + step.getAction().getId();
            case DEPLOYMENT ->
                "deployment/" + service + "/" + step.getDeployment().getId() + "/"
                        + step.getDeployment().getName();
            case HOOK ->
                "hook/" + service + "/" + step.getHook().getDeployment() + "/"
                        + step.getHook().getId() + "/" + step.getHook().getName();
            case WHAT_NOT_SET -> throw new IllegalStateException("an event of nothing");
        };
    }

    static String id(EventStep step) {
        return UUID.nameUUIDFromBytes(name(step).getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
