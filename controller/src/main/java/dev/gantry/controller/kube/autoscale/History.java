package dev.gantry.controller.kube.autoscale;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an autoscaler recommended and did lately: in memory only, as upstream has it. One that begins anew takes it that so many as there are
 * have just been recommended.
 */
record History(List<Recommendation> recommendations, List<Scaling> scalings) {

    static final History NONE = new History(List.of(), List.of());

    /** No window, nor period, may be longer. */
    private static final Duration KEPT = Duration.ofHours(1);

    /** However often somebody changes the autoscaler meanwhile. */
    private static final int MOST = 500;

    private sealed interface Dated {
        Instant at();
    }

    record Recommendation(Instant at, int replicas) implements Dated {}

    /** @param change in the number of replicas, less than 0 for fewer */
    record Scaling(Instant at, int change) implements Dated {}

    History {
        recommendations = List.copyOf(recommendations);
        scalings = List.copyOf(scalings);
    }

    History begun(int current, Instant now) {
        return recommendations.isEmpty() ? recommended(current, now) : this;
    }

    History recommended(int replicas, Instant now) {
        return new History(with(recommendations, new Recommendation(now, replicas), now), scalings);
    }

    /** With a scaling that is known from elsewhere, unless it is known already. */
    History scaled(Instant at, int change) {
        Optional<Instant> last = scalings.isEmpty()
                ? Optional.empty()
                : Optional.of(scalings.getLast().at());
        boolean isKnown =
                change == 0 || last.filter(known -> !at.isAfter(known)).isPresent();
        return isKnown ? this : new History(recommendations, with(scalings, new Scaling(at, change), at));
    }

    /** What was recommended within the window before. */
    Stream<Integer> recommendedSince(Duration window, Instant now) {
        return recommendations.stream()
                .filter(one -> one.at().isAfter(now.minus(window)))
                .map(Recommendation::replicas);
    }

    /** By how much the number of replicas grew within the period before; less than 0 when it shrank. */
    int grownWithin(Duration period, Instant now) {
        return scalings.stream()
                .filter(one -> one.at().isAfter(now.minus(period)))
                .mapToInt(Scaling::change)
                .sum();
    }

    private static <T extends Dated> List<T> with(List<T> before, T fresh, Instant now) {
        List<T> all = new ArrayList<>(before);
        all.removeIf(one -> one.at().isBefore(now.minus(KEPT)));
        all.add(fresh);
        return all.subList(Math.max(0, all.size() - MOST), all.size());
    }
}
