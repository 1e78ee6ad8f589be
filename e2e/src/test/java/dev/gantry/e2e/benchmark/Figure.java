package dev.gantry.e2e.benchmark;

import java.lang.management.ManagementFactory;
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

    /** A figure, that of a tenth of the work, and how much larger it is: 10 for what costs the same for each, 1 for what costs nothing. */
    static void printGrown(String name, double value, double tenth, String unit) {
        System.out.printf(
                Locale.ROOT,
                "%-44s %12.2f %s   a tenth of it %.2f   growth %.1f   load %s%n",
                name,
                value,
                unit,
                tenth,
                value / tenth,
                load());
    }

    /** Of the machine over the last minute: others may be using it. */
    private static String load() {
        return String.format(
                Locale.ROOT,
                "%.0f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
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
