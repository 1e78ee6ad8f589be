package dev.gantry.controller.ecs.rollout;

import com.google.protobuf.ByteString;
import dev.gantry.aws.ecs.CanaryConfiguration;
import dev.gantry.aws.ecs.DeploymentAlarms;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.aws.ecs.DeploymentLifecycleHook;
import dev.gantry.aws.ecs.DeploymentLifecycleHookTimeoutConfiguration;
import dev.gantry.aws.ecs.LinearConfiguration;
import dev.gantry.controller.ecs.document.EcsJson;
import dev.gantry.proto.EcsServiceDeployment.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a deployment replaces one revision by another, as it was asked for when it began.
 *
 * @param shifts whether the new revision is made whole beside the old one before it gets requests; else its tasks replace the
 *     old ones one after the other
 * @param steps how the requests go over where they can be divided; the last one is all of them
 * @param bake how long both revisions stay after that
 * @param alarms those that end the deployment when they fire
 */
record Strategy(boolean shifts, List<Step> steps, Duration bake, List<Pause> pauses, Alarms alarms) {

    private static final double ALL = 100;
    private static final double LINEAR_PERCENT = 10;
    private static final int LINEAR_MINUTES = 6;
    private static final double CANARY_PERCENT = 5;
    private static final int CANARY_MINUTES = 10;
    private static final int PAUSE_MINUTES = 24 * 60;

    /**
     * @param percent of the requests that the new revision gets
     * @param bake how long it stays so before the next step
     */
    record Step(double percent, Duration bake) {}

    /** Waits in each of the stages until somebody says how to go on. */
    record Pause(List<Stage> stages, Duration timeout, boolean continuesOnTimeout) {}

    /** Which alarms are watched, and whether one that fires takes the deployment back. */
    record Alarms(List<String> names, boolean rollback) {}

    /** Reads a deployment configuration. */
    static Strategy of(ByteString json) {
        DeploymentConfiguration configuration = EcsJson.read(json, DeploymentConfiguration.class);
        String name = configuration.strategy() == null ? "ROLLING" : configuration.strategy();
        List<Step> steps = switch (name) {
            case "LINEAR" -> linear(configuration.linearConfiguration());
            case "CANARY" -> canary(configuration.canaryConfiguration());
            default -> List.of(new Step(ALL, Duration.ZERO));
        };
        return new Strategy(
                !name.equals("ROLLING"),
                steps,
                minutes(configuration.bakeTimeInMinutes(), 0),
                configuration.lifecycleHooksOrEmpty().stream()
                        .map(Strategy::pause)
                        .toList(),
                alarms(configuration.alarms()));
    }

    /** How the requests go over: at once where nothing can divide them. */
    List<Step> steps(boolean divides) {
        return divides ? steps : List.of(steps.getLast());
    }

    private static List<Step> linear(@Nullable LinearConfiguration linear) {
        double percent = linear == null || linear.stepPercent() == null ? LINEAR_PERCENT : linear.stepPercent();
        Duration bake = minutes(linear == null ? null : linear.stepBakeTimeInMinutes(), LINEAR_MINUTES);
        List<Step> steps = new ArrayList<>();
        for (int step = 1; step * percent < ALL; step++) {
            steps.add(new Step(step * percent, bake));
        }
        steps.add(new Step(ALL, Duration.ZERO));
        return List.copyOf(steps);
    }

    private static List<Step> canary(@Nullable CanaryConfiguration canary) {
        double percent = canary == null || canary.canaryPercent() == null ? CANARY_PERCENT : canary.canaryPercent();
        Duration bake = minutes(canary == null ? null : canary.canaryBakeTimeInMinutes(), CANARY_MINUTES);
        Step all = new Step(ALL, Duration.ZERO);
        return percent < ALL ? List.of(new Step(percent, bake), all) : List.of(all);
    }

    private static Pause pause(DeploymentLifecycleHook hook) {
        DeploymentLifecycleHookTimeoutConfiguration timeout = hook.timeoutConfiguration();
        return new Pause(
                hook.lifecycleStagesOrEmpty().stream().map(Stage::valueOf).toList(),
                minutes(timeout == null ? null : timeout.timeoutInMinutes(), PAUSE_MINUTES),
                timeout != null && "CONTINUE".equals(timeout.action()));
    }

    private static Alarms alarms(@Nullable DeploymentAlarms alarms) {
        return alarms == null || !alarms.enable()
                ? new Alarms(List.of(), false)
                : new Alarms(alarms.alarmNames(), alarms.rollback());
    }

    private static Duration minutes(@Nullable Integer given, int otherwise) {
        return Duration.ofMinutes(given == null ? otherwise : given);
    }
}
