package dev.gantry.agent.plan;

import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.Dependency;
import dev.gantry.proto.Health;
import dev.gantry.proto.RestartPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Decides whether a container may start, given those it depends on. Links and volumes of others count as dependencies. */
final class Dependencies {

    private static final long ATTEMPT_PERIOD_SECONDS_DEFAULT = 60;

    /** Whether a container may start. */
    sealed interface Readiness {
        record Ready() implements Readiness {}

        /** Not yet; asked again when something happens, or at this time. */
        record Waiting(long untilMs) implements Readiness {}

        record Never(String reason) implements Readiness {}
    }

    private static final Readiness READY = new Readiness.Ready();

    private final Map<String, ContainerSpec> specs = new TreeMap<>();
    private final Memory memory;
    private final long nowMs;

    Dependencies(List<ContainerSpec> specs, Memory memory, long nowMs) {
        specs.forEach(spec -> this.specs.put(spec.getName(), spec));
        this.memory = memory;
        this.nowMs = nowMs;
    }

    /** Names of the containers that must be there before this one. */
    static List<String> names(ContainerSpec spec) {
        return Stream.of(
                        spec.getDependsOnList().stream().map(Dependency::getContainer),
                        spec.getLinksList().stream().map(Dependencies::linked),
                        spec.getVolumesFromList().stream().map(from -> from.getContainer()))
                .flatMap(names -> names)
                .distinct()
                .toList();
    }

    /** "name" or "name:alias". */
    static String linked(String link) {
        int colon = link.indexOf(':');
        return colon < 0 ? link : link.substring(0, colon);
    }

    Readiness readiness(ContainerSpec spec) {
        List<Readiness> all = new ArrayList<>();
        spec.getDependsOnList().forEach(on -> all.add(readiness(spec, on)));
        spec.getLinksList().forEach(link -> all.add(started(spec, linked(link))));
        spec.getVolumesFromList().forEach(from -> all.add(created(spec, from.getContainer())));
        Optional<Readiness> never =
                all.stream().filter(Readiness.Never.class::isInstance).findFirst();
        return never.orElseGet(() -> all.stream()
                .filter(Readiness.Waiting.class::isInstance)
                .map(Readiness.Waiting.class::cast)
                .reduce((a, b) -> a.untilMs() < b.untilMs() ? a : b)
                .<Readiness>map(waiting -> waiting)
                .orElse(READY));
    }

    private Readiness readiness(ContainerSpec spec, Dependency on) {
        return switch (on.getCondition()) {
            case COMPLETE, SUCCESS, HEALTHY -> awaited(spec, on);
            case START, CONDITION_UNSPECIFIED, UNRECOGNIZED -> started(spec, on.getContainer());
        };
    }

    private Readiness started(ContainerSpec spec, String on) {
        Standing other = memory.standing(on);
        return other.hasRun() ? READY : notYet(spec, on, other);
    }

    private Readiness created(ContainerSpec spec, String on) {
        Standing other = memory.standing(on);
        return other.seen().isPresent() ? READY : notYet(spec, on, other);
    }

    private Readiness notYet(ContainerSpec spec, String on, Standing other) {
        if (!specs.containsKey(on)) {
            return never(spec, on, "which the task does not have");
        }
        if (!other.failure().isEmpty()) {
            return never(spec, on, "which did not start");
        }
        return new Readiness.Waiting(Long.MAX_VALUE);
    }

    private Readiness awaited(ContainerSpec spec, Dependency on) {
        String name = on.getContainer();
        Standing other = memory.standing(name);
        if (!other.hasRun()) {
            return notYet(spec, name, other);
        }
        ContainerSpec awaited = specs.getOrDefault(name, ContainerSpec.getDefaultInstance());
        boolean ended = other.isLost() || other.isExited() && !restarts(awaited, other);
        Readiness byNow = ended ? afterEnd(spec, on, other) : whileRunning(on, other);
        return byNow instanceof Readiness.Waiting ? timed(spec, awaited, other) : byNow;
    }

    private static Readiness afterEnd(ContainerSpec spec, Dependency on, Standing other) {
        int exitCode = other.seen().map(ObservedContainer::exitCode).orElse(-1);
        return switch (on.getCondition()) {
            case COMPLETE -> READY;
            case SUCCESS ->
                exitCode == 0 ? READY : never(spec, on.getContainer(), "which exited with code " + exitCode);
            default -> never(spec, on.getContainer(), "which exited before it was healthy");
        };
    }

    private static Readiness whileRunning(Dependency on, Standing other) {
        boolean healthy =
                other.seen().filter(seen -> seen.health() == Health.HEALTHY).isPresent();
        boolean enough = on.getCondition() == Dependency.Condition.HEALTHY && healthy;
        return enough ? READY : new Readiness.Waiting(Long.MAX_VALUE);
    }

    private Readiness timed(ContainerSpec spec, ContainerSpec awaited, Standing other) {
        int seconds = awaited.getStartTimeoutSeconds();
        if (seconds <= 0) {
            return new Readiness.Waiting(Long.MAX_VALUE);
        }
        long since = other.seen().map(ObservedContainer::startedAtMs).orElse(nowMs);
        long until = since + seconds * 1000L;
        return nowMs < until
                ? new Readiness.Waiting(until)
                : never(
                        spec,
                        awaited.getName(),
                        "which did not get there within its startTimeout of " + seconds + " s");
    }

    private static Readiness never(ContainerSpec spec, String on, String why) {
        return new Readiness.Never(
                "TaskDependencyError: container " + spec.getName() + " depends on " + on + ", " + why);
    }

    /** Whether the restart policy starts this exited container again (ecs-agent: restart_tracker). */
    static boolean restarts(ContainerSpec spec, Standing standing) {
        RestartPolicy policy = spec.getRestartPolicy();
        if (!policy.getEnabled() || !standing.isExited()) {
            return false;
        }
        ObservedContainer seen = standing.seen().orElseThrow();
        long seconds = policy.getAttemptPeriodSeconds() > 0
                ? policy.getAttemptPeriodSeconds()
                : ATTEMPT_PERIOD_SECONDS_DEFAULT;
        boolean longEnough = seen.finishedAtMs() - seen.startedAtMs() >= seconds * 1000;
        return longEnough && !policy.getIgnoredExitCodesList().contains(seen.exitCode());
    }
}
