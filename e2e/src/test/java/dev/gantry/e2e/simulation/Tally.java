package dev.gantry.e2e.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What many runs add up to. */
final class Tally {

    /** With so many seeds, a kind of trouble that never happened is one that cannot happen. */
    private static final int ENOUGH = 200;

    private final Map<Trouble, Integer> troubles = new EnumMap<>(Trouble.class);
    private final StringBuilder failures = new StringBuilder();
    private final long began = System.nanoTime();
    private Duration virtual = Duration.ZERO;
    private Duration slowest = Duration.ZERO;
    private int seeds;
    private long events;
    private long starts;
    private long calls;

    /** Notes down what a seed broke. */
    void run(long seed) throws InterruptedException {
        seeds++;
        try {
            Simulation.Report report = Simulation.run(seed, line -> {});
            virtual = virtual.plus(report.elapsed());
            slowest = slowest.compareTo(report.healed()) > 0 ? slowest : report.healed();
            events += report.events();
            starts += report.starts();
            calls += report.calls();
            report.troubles().forEach((trouble, count) -> troubles.merge(trouble, 1, Integer::sum));
        } catch (Violation | RuntimeException broken) {
            failures.append("seed ")
                    .append(seed)
                    .append(" broke ")
                    .append(broken)
                    .append("\n  replay: deploy/gantry simulate --seed ")
                    .append(seed)
                    .append('\n');
        }
    }

    boolean failed() {
        return !failures.isEmpty() || !missing().isEmpty();
    }

    String failures() {
        return failures.toString();
    }

    /** Kinds of trouble that should have happened and never did. */
    Set<Trouble> missing() {
        Set<Trouble> missing = EnumSet.allOf(Trouble.class);
        missing.removeAll(troubles.keySet());
        return seeds < ENOUGH ? Set.of() : missing;
    }

    Duration took() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    String summary() {
        double seconds = took().toMillis() / 1e3;
        double hours = virtual.toMillis() / 3.6e6;
        return String.format(
                Locale.ROOT,
                "simulation: %d seeds, %.1f virtual hours in %.1f s (%.0f times as fast as life), %d events,"
                        + " %d starts, %d calls, slowest convergence %.1f s",
                seeds,
                hours,
                seconds,
                hours * 3600 / seconds,
                events,
                starts,
                calls,
                slowest.toMillis() / 1e3);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(failures).append(summary()).append("\n  seeds with ");
        troubles.forEach((trouble, count) ->
                text.append(trouble).append(' ').append(count).append(", "));
        text.setLength(text.length() - 2);
        if (!missing().isEmpty()) {
            text.append("\n  never happened: ").append(missing());
        }
        return text.toString();
    }
}
