package dev.gantry.controller.ecs;

import dev.gantry.aws.ecs.CanaryConfiguration;
import dev.gantry.aws.ecs.DeploymentAlarms;
import dev.gantry.aws.ecs.DeploymentConfiguration;
import dev.gantry.aws.ecs.DeploymentLifecycleHook;
import dev.gantry.aws.ecs.LinearConfiguration;
import dev.gantry.controller.ecs.document.Refusals;
import dev.gantry.controller.ecs.rollout.AlarmBoard;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a deployment configuration must keep that says how revisions are exchanged. */
final class DeploymentStrategyRules {

    private static final String ROLLING = "ROLLING";
    private static final int MINUTES_MAX = 1440;
    private static final int HOOKS_MAX = 10;
    private static final double LINEAR_PERCENT_MIN = 3;
    private static final double CANARY_PERCENT_MIN = 0.1;
    private static final double PERCENT_MAX = 100;
    private static final double TENTHS = 10;
    private static final double TENTH_ERROR_MAX = 1e-6;

    /** Stages that something happens in, so that nobody can be waited for. */
    private static final Set<String> SHIFTS = Set.of("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT");

    private DeploymentStrategyRules() {}

    /** Checks all but what other records decide. */
    static void check(@Nullable DeploymentConfiguration configuration) {
        if (configuration == null) {
            return;
        }
        String strategy = configuration.strategy() == null ? ROLLING : configuration.strategy();
        checkMinutes("bakeTimeInMinutes", configuration.bakeTimeInMinutes());
        require(
                !strategy.equals("BLUE_GREEN") || configuration.bakeTimeInMinutes() != null,
                "bakeTimeInMinutes is required when the deployment strategy is BLUE_GREEN.");
        checkLinear(strategy, configuration.linearConfiguration());
        checkCanary(strategy, configuration.canaryConfiguration());
        checkHooks(strategy, configuration.lifecycleHooksOrEmpty());
    }

    /** Refuses to watch alarms that are not there. */
    static void checkAlarms(Snapshot snapshot, @Nullable DeploymentConfiguration configuration, AlarmBoard board) {
        DeploymentAlarms alarms = configuration == null ? null : configuration.alarms();
        if (alarms == null || !alarms.enable()) {
            return;
        }
        require(!alarms.alarmNames().isEmpty(), "alarmNames cannot be empty when alarms are enabled.");
        List<String> missing = board.in(AlarmBoard.State.MISSING, snapshot, alarms.alarmNames());
        require(missing.isEmpty(), "The following alarms do not exist: " + String.join(", ", missing) + ".");
    }

    private static void checkLinear(String strategy, @Nullable LinearConfiguration linear) {
        if (linear == null) {
            return;
        }
        require(strategy.equals("LINEAR"), "linearConfiguration is only valid with the deployment strategy LINEAR.");
        checkPercent("stepPercent", linear.stepPercent(), LINEAR_PERCENT_MIN);
        checkMinutes("stepBakeTimeInMinutes", linear.stepBakeTimeInMinutes());
    }

    private static void checkCanary(String strategy, @Nullable CanaryConfiguration canary) {
        if (canary == null) {
            return;
        }
        require(strategy.equals("CANARY"), "canaryConfiguration is only valid with the deployment strategy CANARY.");
        checkPercent("canaryPercent", canary.canaryPercent(), CANARY_PERCENT_MIN);
        checkMinutes("canaryBakeTimeInMinutes", canary.canaryBakeTimeInMinutes());
    }

    private static void checkHooks(String strategy, List<DeploymentLifecycleHook> hooks) {
        require(
                hooks.isEmpty() || !strategy.equals(ROLLING),
                "lifecycleHooks are only valid with the deployment strategies BLUE_GREEN, LINEAR and CANARY.");
        require(hooks.size() <= HOOKS_MAX, "lifecycleHooks can have at most " + HOOKS_MAX + " elements.");
        for (DeploymentLifecycleHook hook : hooks) {
            if (!"PAUSE".equals(hook.targetType())) {
                throw Refusals.unsupported("This service cannot be run: Gantry has no Lambda functions that a lifecycle"
                        + " hook could call. Use hooks with the target type PAUSE.");
            }
            require(hook.hookTargetArn() == null, "hookTargetArn is not valid for hooks with the target type PAUSE.");
            List<String> stages = hook.lifecycleStagesOrEmpty();
            require(!stages.isEmpty(), "lifecycleStages cannot be empty.");
            stages.forEach(stage -> require(
                    !SHIFTS.contains(stage),
                    "Hooks with the target type PAUSE are not valid in the lifecycle stage " + stage + "."));
        }
    }

    private static void checkPercent(String member, @Nullable Double percent, double least) {
        if (percent != null) {
            double tenths = percent * TENTHS;
            require(
                    percent >= least
                            && percent <= PERCENT_MAX
                            && Math.abs(tenths - Math.rint(tenths)) < TENTH_ERROR_MAX,
                    member + " must be a multiple of 0.1 from " + least + " to " + PERCENT_MAX + ", was " + percent
                            + ".");
        }
    }

    private static void checkMinutes(String member, @Nullable Integer minutes) {
        require(
                minutes == null || (minutes >= 0 && minutes <= MINUTES_MAX),
                member + " must be between 0 and " + MINUTES_MAX + ", was " + minutes + ".");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw Refusals.invalid(message);
        }
    }
}
