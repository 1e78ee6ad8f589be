package dev.gantry.controller.ecs.rollout;

import dev.gantry.proto.EcsServiceDeployment;
import dev.gantry.proto.EcsServiceDeployment.Hook;
import dev.gantry.proto.EcsServiceDeployment.HookStatus;
import dev.gantry.proto.EcsServiceDeployment.Stage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Moves a deployment of a strategy that shifts requests from stage to stage (ECS developer guide): the new revision is made
 * whole beside the old one, gets the requests in steps, and proves itself before the old one goes.
 */
final class StagePlanner {

    /** No stage but one that waits for a hook or for the bake time takes longer (ECS developer guide). */
    private static final Duration STAGE_MAX = Duration.ofHours(24);

    private static final double ALL = 100;

    private final EcsServiceDeployment.Builder record;
    private final Strategy strategy;
    private final Facts facts;

    /**
     * What has become of the tasks and of the requests.
     *
     * @param reconciled there are no tasks but those of the old revision and the new one
     * @param settled as many tasks of the new revision as desired count as healthy
     * @param inForce the requests are divided as the record says
     * @param divides whether they can be divided
     */
    record Facts(boolean reconciled, boolean settled, boolean inForce, boolean divides, Instant now) {}

    private StagePlanner(EcsServiceDeployment before, Strategy strategy, Facts facts) {
        this.record = before.toBuilder();
        this.strategy = strategy;
        this.facts = facts;
    }

    /** The deployment as it is in its first stage. */
    static EcsServiceDeployment begun(EcsServiceDeployment before, Strategy strategy, boolean othersRun, Instant now) {
        StagePlanner planner = new StagePlanner(before, strategy, new Facts(false, false, false, false, now));
        planner.enter(othersRun ? Stage.RECONCILE_SERVICE : Stage.PRE_SCALE_UP);
        return planner.record.build();
    }

    /** The deployment in the stage that it has come to. */
    static EcsServiceDeployment next(EcsServiceDeployment before, Strategy strategy, Facts facts) {
        return new StagePlanner(before, strategy, facts).advance();
    }

    /** The deployment with those hooks marked whose time is over. */
    static EcsServiceDeployment expired(EcsServiceDeployment before, Instant now) {
        EcsServiceDeployment.Builder after = before.toBuilder();
        for (Hook.Builder hook : after.getHooksBuilderList()) {
            if (hook.getStatus() == HookStatus.AWAITING_ACTION && now.toEpochMilli() >= hook.getExpiresAtMs()) {
                hook.setStatus(HookStatus.TIMED_OUT);
            }
        }
        return after.build();
    }

    /** Why the deployment must not go on, in words that follow "deployment failed: ". */
    static Optional<String> failure(EcsServiceDeployment record, Instant now) {
        for (Hook hook : record.getHooksList()) {
            if (hook.getStatus() == HookStatus.FAILED) {
                return Optional.of("a user took it back in " + hook.getStage());
            }
            if (hook.getStatus() == HookStatus.TIMED_OUT && !hook.getContinuesOnTimeout()) {
                return Optional.of("nobody continued it in time in " + hook.getStage());
            }
        }
        return isOverdue(record, now)
                ? Optional.of(record.getStage() + " took longer than " + STAGE_MAX.toHours() + " hours")
                : Optional.empty();
    }

    /** When time alone moves the deployment on or ends it. */
    static Optional<Instant> wake(EcsServiceDeployment record, Strategy strategy, boolean divides, Instant now) {
        Stream<Instant> hooks = record.getHooksList().stream()
                .filter(hook -> hook.getStatus() == HookStatus.AWAITING_ACTION)
                .map(hook -> Instant.ofEpochMilli(hook.getExpiresAtMs()));
        Stream<Instant> stage = switch (record.getStage()) {
            case SCALE_UP, RECONCILE_SERVICE ->
                Stream.of(since(record.getStageSinceMs(), now).plus(STAGE_MAX));
            case BAKE_TIME -> Stream.of(since(record.getStageSinceMs(), now).plus(strategy.bake()));
            case PRODUCTION_TRAFFIC_SHIFT ->
                record.getShiftedAtMs() == 0 ? Stream.empty() : Stream.of(stepEnd(record, strategy, divides, now));
            default -> Stream.empty();
        };
        return Stream.concat(hooks, stage).filter(now::isBefore).min(Instant::compareTo);
    }

    private EcsServiceDeployment advance() {
        boolean moved = true;
        while (moved && isFree()) {
            moved = step();
        }
        return record.build();
    }

    /** Whether no hook holds the deployment in its stage. */
    private boolean isFree() {
        return record.getHooksList().stream()
                .filter(hook -> hook.getStage() == record.getStage())
                .allMatch(hook -> hook.getStatus() == HookStatus.SUCCEEDED
                        || (hook.getStatus() == HookStatus.TIMED_OUT && hook.getContinuesOnTimeout()));
    }

    /** Goes one stage or one step further; false when the stage is not done, or something has to be brought about first. */
    private boolean step() {
        return switch (record.getStage()) {
            case RECONCILE_SERVICE -> facts.reconciled() && enter(Stage.PRE_SCALE_UP);
            case PRE_SCALE_UP -> enterAndWait(Stage.SCALE_UP);
            case SCALE_UP -> facts.settled() && enter(Stage.POST_SCALE_UP);
            case POST_SCALE_UP -> {
                record.setTestPercent(ALL);
                yield enterAndWait(Stage.TEST_TRAFFIC_SHIFT);
            }
            case TEST_TRAFFIC_SHIFT -> facts.inForce() && enter(Stage.POST_TEST_TRAFFIC_SHIFT);
            case POST_TEST_TRAFFIC_SHIFT -> enter(Stage.PRE_PRODUCTION_TRAFFIC_SHIFT);
            case PRE_PRODUCTION_TRAFFIC_SHIFT -> {
                enter(Stage.PRODUCTION_TRAFFIC_SHIFT);
                yield shift(steps().getFirst());
            }
            case PRODUCTION_TRAFFIC_SHIFT -> stepShift();
            case POST_PRODUCTION_TRAFFIC_SHIFT -> enter(Stage.BAKE_TIME);
            case BAKE_TIME -> isBaked() && enterAndWait(Stage.CLEAN_UP);
            case CLEAN_UP, STAGE_NONE, UNRECOGNIZED -> false;
        };
    }

    private boolean isBaked() {
        return !facts.now()
                .isBefore(since(record.getStageSinceMs(), facts.now()).plus(strategy.bake()));
    }

    private boolean stepShift() {
        if (!facts.inForce()) {
            return false;
        }
        if (record.getShiftedAtMs() == 0) {
            record.setShiftedAtMs(facts.now().toEpochMilli());
        }
        if (record.getProductionPercent() >= ALL) {
            return enter(Stage.POST_PRODUCTION_TRAFFIC_SHIFT);
        }
        if (facts.now().isBefore(stepEnd(record.build(), strategy, facts.divides(), facts.now()))) {
            return false;
        }
        return shift(steps().stream()
                .filter(step -> step.percent() > record.getProductionPercent())
                .findFirst()
                .orElse(steps().getLast()));
    }

    private List<Strategy.Step> steps() {
        return strategy.steps(facts.divides());
    }

    /** It is for the next look to find that the requests are divided so. */
    private boolean shift(Strategy.Step step) {
        record.setProductionPercent(step.percent()).setShiftedAtMs(0);
        return false;
    }

    /** It is for the next look to find what the stage brought about. */
    private boolean enterAndWait(Stage stage) {
        enter(stage);
        return false;
    }

    private boolean enter(Stage stage) {
        record.setStage(stage).setStageSinceMs(facts.now().toEpochMilli());
        for (int i = 0; i < strategy.pauses().size(); i++) {
            Strategy.Pause pause = strategy.pauses().get(i);
            if (pause.stages().contains(stage)) {
                record.addHooks(Hook.newBuilder()
                        .setId(hookId(stage, i))
                        .setStage(stage)
                        .setExpiresAtMs(facts.now().plus(pause.timeout()).toEpochMilli())
                        .setContinuesOnTimeout(pause.continuesOnTimeout()));
            }
        }
        return true;
    }

    private String hookId(Stage stage, int index) {
        String name = record.getId() + "/" + stage + "/" + index;
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static boolean isOverdue(EcsServiceDeployment record, Instant now) {
        boolean isLimited = record.getStage() == Stage.SCALE_UP || record.getStage() == Stage.RECONCILE_SERVICE;
        boolean isPaused = record.getHooksList().stream()
                .anyMatch(
                        hook -> hook.getStage() == record.getStage() && hook.getStatus() == HookStatus.AWAITING_ACTION);
        return isLimited
                && !isPaused
                && !now.isBefore(since(record.getStageSinceMs(), now).plus(STAGE_MAX));
    }

    private static Instant stepEnd(EcsServiceDeployment record, Strategy strategy, boolean divides, Instant now) {
        Duration bake = strategy.steps(divides).stream()
                .filter(step -> step.percent() == record.getProductionPercent())
                .findFirst()
                .map(Strategy.Step::bake)
                .orElse(Duration.ZERO);
        return since(record.getShiftedAtMs(), now).plus(bake);
    }

    /** What began in the future was begun by a clock that was set back since, and begins now. */
    static Instant since(long beganAtMs, Instant now) {
        return Instant.ofEpochMilli(Math.min(beganAtMs, now.toEpochMilli()));
    }
}
