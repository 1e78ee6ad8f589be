package dev.gantry.e2e.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code gantry simulate}: runs many seeds, or replays one and prints its timeline. */
public final class SimulationMain {

    private SimulationMain() {}

    /** {@code [--seeds N] [--from S]} runs seeds; {@code --seed S} replays one. */
    public static void main(String[] arguments) throws InterruptedException {
        List<String> words = List.of(arguments);
        if (words.contains("--seed")) {
            System.exit(replay(Long.parseLong(words.get(words.indexOf("--seed") + 1))));
        }
        long from = words.contains("--from") ? Long.parseLong(words.get(words.indexOf("--from") + 1)) : 1;
        int seeds = words.contains("--seeds") ? Integer.parseInt(words.get(words.indexOf("--seeds") + 1)) : 200;
        Tally tally = new Tally();
        for (long seed = from; seed < from + seeds; seed++) {
            tally.run(seed);
        }
        System.out.println(tally);
        System.exit(tally.failed() ? 1 : 0);
    }

    private static int replay(long seed) throws InterruptedException {
        try {
            System.out.println(Simulation.run(seed, System.out::println));
            return 0;
        } catch (Violation broken) {
            System.out.println("seed " + seed + " broke " + broken.getMessage());
            return 1;
        }
    }

    /** What many runs add up to. */
    static final class Tally {
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
            return !failures.isEmpty();
        }

        String failures() {
            return failures.toString();
        }

        Map<Trouble, Integer> troubles() {
            return troubles;
        }

        @Override
        public String toString() {
            double seconds = (System.nanoTime() - began) / 1e9;
            double hours = virtual.toMillis() / 3.6e6;
            return String.format(
                    Locale.ROOT,
                    "%ssimulation: %d seeds, %.1f virtual hours in %.1f s (%.0f times as fast as life), %d events,"
                            + " %d starts, %d calls, slowest convergence %.1f s%n  seeds with %s",
                    failures,
                    seeds,
                    hours,
                    seconds,
                    hours * 3600 / seconds,
                    events,
                    starts,
                    calls,
                    slowest.toMillis() / 1e3,
                    troubles);
        }
    }
}
