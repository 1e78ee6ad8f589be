package dev.gantry.e2e.benchmark;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Prints figures, one a line, so that runs can be compared by tools. */
final class Figure {

    private Figure() {}

    /** One figure alone. */
    static void print(String name, double value, String unit) {
        System.out.printf(Locale.ROOT, "%-44s %12.2f %s%n", name, value, unit);
    }

    /** A figure, the other side's in the same run, and their ratio. */
    static void print(String name, double value, double baseline, String unit, String against) {
        System.out.printf(
                Locale.ROOT,
                "%-44s %12.2f %s   %s %.2f   ratio %.2f%n",
                name,
                value,
                unit,
                against,
                baseline,
                value / baseline);
    }

    static double median(List<Double> values) {
        return percentile(values, 50);
    }

    static double percentile(List<Double> values, double percent) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int index = (int) Math.ceil(percent / 100 * sorted.length) - 1;
        return sorted[Math.max(0, Math.min(sorted.length - 1, index))];
    }
}
