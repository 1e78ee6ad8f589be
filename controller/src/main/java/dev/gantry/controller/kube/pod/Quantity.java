package dev.gantry.controller.kube.pod;

import dev.gantry.controller.resource.RefusedException;
import dev.gantry.controller.resource.RefusedException.Reason;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** An amount as the Kubernetes API writes it: "100m", "1.5", "64Mi", "1e3". */
record Quantity(BigDecimal value) {

    private static final Map<String, BigDecimal> SUFFIXES = Map.ofEntries(
            Map.entry("n", new BigDecimal("1e-9")),
            Map.entry("u", new BigDecimal("1e-6")),
            Map.entry("m", new BigDecimal("1e-3")),
            Map.entry("", BigDecimal.ONE),
            Map.entry("k", new BigDecimal("1e3")),
            Map.entry("M", new BigDecimal("1e6")),
            Map.entry("G", new BigDecimal("1e9")),
            Map.entry("T", new BigDecimal("1e12")),
            Map.entry("P", new BigDecimal("1e15")),
            Map.entry("E", new BigDecimal("1e18")),
            Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
            Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
            Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
            Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
            Map.entry("Pi", BigDecimal.valueOf(1L << 50)),
            Map.entry("Ei", BigDecimal.valueOf(1L << 60)));

    private static final BigDecimal CPU_UNITS = BigDecimal.valueOf(1024);

    static Quantity parse(String text) {
        int end = text.length();
        while (end > 0 && Character.isLetter(text.charAt(end - 1))) {
            end--;
        }
        String suffix = text.substring(end);
        String number = text.substring(0, end);
        BigDecimal factor = SUFFIXES.get(suffix);
        boolean plain = number.matches("[+-]?([0-9]{1,30}(\\.[0-9]{0,30})?|\\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?");
        if (factor == null || !plain) {
            throw new RefusedException(
                    Reason.INVALID,
                    "quantities must match the regular expression "
                            + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$', was " + text);
        }
        return new Quantity(new BigDecimal(number).multiply(factor));
    }

    /** 1024 per core. */
    long cpuUnits() {
        return value.multiply(CPU_UNITS).setScale(0, RoundingMode.CEILING).longValue();
    }

    /** Whole ones, rounded up. */
    long units() {
        return value.setScale(0, RoundingMode.CEILING).longValue();
    }

    boolean isZero() {
        return value.signum() == 0;
    }
}
