package dev.gantry.e2e.faults;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The lines that say how well each promise was kept. */
final class Figures {

    private Figures() {}

    static void print(String promise, String words, Object... values) {
        System.out.println("faults: " + promise + " " + String.format(Locale.ROOT, words, values));
    }

    /** The two that promises are made of. */
    static String percentiles(List<Duration> times) {
        return String.format(
                Locale.ROOT,
                "p50 %.1f s, p95 %.1f s of %d",
                seconds(percentile(times, 50)),
                seconds(percentile(times, 95)),
                times.size());
    }

    static Duration percentile(List<Duration> times, int percent) {
        List<Duration> sorted = times.stream().sorted().toList();
        int rank = (int) Math.ceil(percent / 100.0 * sorted.size());
        return sorted.get(Math.max(0, rank - 1));
    }

    static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }

    static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
