package dev.gantry.controller.kube.autoscale;

import dev.gantry.controller.kube.autoscale.Goal.Load;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How many replicas one metric asks for. What is not known, or not to be trusted yet, is taken such that it dampens the change.
 *
 * @param current     replicas that there shall be now
 * @param isProcessor whether it is about the use of processors
 */
record Reckoning(int current, boolean isProcessor, List<Subject> pods, Instant now) {

    /** So far the use may be from what it shall be without anything to be done. */
    private static final double TOLERANCE = 0.1;

    sealed interface Result {
        record Proposed(int replicas, Load load) implements Result {}

        record Failed(String why) implements Result {}
    }

    Reckoning {
        pods = List.copyOf(pods);
    }

    Result towards(int percent) {
        return known().map(why -> (Result) new Result.Failed(why)).orElseGet(() -> {
            Optional<String> trouble = pods.stream()
                    .filter(pod -> pod.request().isEmpty())
                    .map(Subject::trouble)
                    .findFirst();
            return trouble.<Result>map(Result.Failed::new)
                    .orElseGet(() -> reckon(new Goal.Utilization(
                            percent,
                            pods.stream()
                                    .collect(Collectors.toMap(
                                            Subject::name, pod -> pod.request().orElseThrow())))));
        });
    }

    Result towards(Goal.Average goal) {
        return known().map(why -> (Result) new Result.Failed(why)).orElseGet(() -> reckon(goal));
    }

    /** Why nothing can be said at all. */
    private Optional<String> known() {
        if (pods.isEmpty()) {
            return Optional.of("no pods returned by selector while calculating replica count");
        }
        return parts().getOrDefault(Subject.Part.COUNTED, List.of()).isEmpty()
                ? Optional.of("did not receive metrics for targeted pods (pods might be unready)")
                : Optional.empty();
    }

    private Map<Subject.Part, List<Subject>> parts() {
        return pods.stream()
                .collect(Collectors.groupingBy(
                        pod -> pod.part(isProcessor, now),
                        () -> new EnumMap<>(Subject.Part.class),
                        Collectors.toList()));
    }

    private Result reckon(Goal goal) {
        Map<Subject.Part, List<Subject>> parts = parts();
        List<Subject> counted = parts.getOrDefault(Subject.Part.COUNTED, List.of());
        List<Subject> unready = parts.getOrDefault(Subject.Part.UNREADY, List.of());
        List<Subject> missing = parts.getOrDefault(Subject.Part.MISSING, List.of());
        Map<String, Long> values = new HashMap<>();
        counted.forEach(pod -> values.put(pod.name(), pod.value().orElseThrow().milli()));
        Optional<Load> found = goal.load(values);
        if (found.isEmpty()) {
            return new Result.Failed("no metrics returned matched known pods");
        }
        Load load = found.get();
        boolean isMore = load.ratio() > 1;
        boolean waitsForUnready = isMore && !unready.isEmpty();
        if (!waitsForUnready && missing.isEmpty()) {
            return new Result.Proposed(isNear(load.ratio()) ? current : roundedUp(load.ratio() * counted.size()), load);
        }
        if (load.ratio() != 1) {
            missing.forEach(pod -> values.put(pod.name(), isMore ? 0 : goal.assumed(pod.name())));
        }
        if (waitsForUnready) {
            unready.forEach(pod -> values.put(pod.name(), 0L));
        }
        double damped = goal.load(values).orElseThrow().ratio();
        return new Result.Proposed(damped(load.ratio(), damped, values.size()), load);
    }

    /** Nothing is changed when with the assumptions the change would be none, or one the other way. */
    private int damped(double ratio, double damped, int size) {
        boolean hasTurned = ratio < 1 && damped > 1 || ratio > 1 && damped < 1;
        if (isNear(damped) || hasTurned) {
            return current;
        }
        int replicas = roundedUp(damped * size);
        boolean isBackwards = damped < 1 && replicas > current || damped > 1 && replicas < current;
        return isBackwards ? current : replicas;
    }

    private static boolean isNear(double ratio) {
        return Math.abs(1 - ratio) <= TOLERANCE;
    }

    private static int roundedUp(double replicas) {
        return (int) Math.ceil(replicas);
    }
}
