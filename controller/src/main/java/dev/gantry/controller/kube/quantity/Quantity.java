package dev.gantry.controller.kube.quantity;

import dev.gantry.controller.resource.RefusedException;
import dev.gantry.controller.resource.RefusedException.Reason;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An amount as the Kubernetes API writes it: "100m", "1.5", "64Mi", "1e3".
 *
 * @param notation in which it is shown
 */
public record Quantity(BigDecimal value, Notation notation) {

    /** How a number with many digits is shortened. */
    public enum Notation {
        DECIMAL,
        BINARY,
        EXPONENT
    }

    public static final Quantity ZERO = new Quantity(BigDecimal.ZERO, Notation.DECIMAL);
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final int BINARY_STEP = 1024;
    private static final int DIGITS = 3;
    private static final int EXPONENT_MAX = 18;

    /** Upstream keeps no more. */
    private static final int SCALE = 9;

    private static final Map<String, Integer> EXPONENTS = Map.ofEntries(
            Map.entry("n", -9),
            Map.entry("u", -6),
            Map.entry("m", -3),
            Map.entry("", 0),
            Map.entry("k", 3),
            Map.entry("M", 6),
            Map.entry("G", 9),
            Map.entry("T", 12),
            Map.entry("P", 15),
            Map.entry("E", EXPONENT_MAX));

    private static final BigDecimal CPU_UNITS = BigDecimal.valueOf(BINARY_STEP);

    public static Quantity parse(String text) {
        return find(text)
                .orElseThrow(() -> new RefusedException(
                        Reason.INVALID,
                        "quantities must match the regular expression "
                                + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$', was " + text));
    }

    /** Empty for what is no quantity. */
    public static Optional<Quantity> find(String text) {
        int end = text.length();
        while (end > 0 && Character.isLetter(text.charAt(end - 1))) {
            end--;
        }
        String suffix = text.substring(end);
        String number = text.substring(0, end);
        boolean isPlain = number.matches("[+-]?([0-9]{1,30}(\\.[0-9]{0,30})?|\\.[0-9]{1,30})([eE][+-]?[0-9]{1,2})?");
        if (!isPlain) {
            return Optional.empty();
        }
        BigDecimal digits = new BigDecimal(number);
        int power = BINARY.indexOf(suffix);
        if (power > 0) {
            BigDecimal factor = new BigDecimal(BigInteger.valueOf(BINARY_STEP).pow(power));
            return Optional.of(new Quantity(digits.multiply(factor), Notation.BINARY));
        }
        boolean hasExponent = number.contains("e") || number.contains("E");
        return Optional.ofNullable(EXPONENTS.get(suffix))
                .map(exponent -> new Quantity(
                        digits.scaleByPowerOfTen(exponent), hasExponent ? Notation.EXPONENT : Notation.DECIMAL));
    }

    /** Whole ones. */
    public static Quantity of(long number) {
        return new Quantity(BigDecimal.valueOf(number), Notation.DECIMAL);
    }

    /** 1024 per core. */
    public long cpuUnits() {
        return value.multiply(CPU_UNITS).setScale(0, RoundingMode.CEILING).longValue();
    }

    /** Whole ones, rounded up. */
    public long units() {
        return value.setScale(0, RoundingMode.CEILING).longValue();
    }

    public boolean isZero() {
        return value.signum() == 0;
    }

    public boolean isNegative() {
        return value.signum() < 0;
    }

    public boolean exceeds(Quantity other) {
        return value.compareTo(other.value) > 0;
    }

    /** Shown as this one, or as the other one if this is nothing. */
    public Quantity plus(Quantity other) {
        return new Quantity(value.add(other.value), isZero() ? other.notation : notation);
    }

    /** What is more than the other one, which is nothing if this is less. */
    public Quantity beyond(Quantity other) {
        return new Quantity(value.subtract(other.value).max(BigDecimal.ZERO), notation);
    }

    public Quantity max(Quantity other) {
        return other.exceeds(this) ? other : this;
    }

    /** As upstream writes it: the shortest form of its notation that has no fraction. */
    @Override
    public String toString() {
        boolean isBinary = notation == Notation.BINARY && value.abs().compareTo(BigDecimal.valueOf(BINARY_STEP)) >= 0;
        return isBinary ? binary() : decimal();
    }

    private String binary() {
        BigInteger step = BigInteger.valueOf(BINARY_STEP);
        BigInteger number = value.setScale(0, RoundingMode.UP).toBigIntegerExact();
        int power = 0;
        while (power < BINARY.size() - 1 && number.mod(step).signum() == 0) {
            number = number.divide(step);
            power++;
        }
        return number + BINARY.get(power);
    }

    private String decimal() {
        if (isZero()) {
            return "0";
        }
        BigDecimal shortest = value.setScale(Math.min(SCALE, Math.max(0, value.scale())), RoundingMode.UP)
                .stripTrailingZeros();
        int exponent = Math.min(EXPONENT_MAX, Math.floorDiv(-shortest.scale(), DIGITS) * DIGITS);
        String digits =
                shortest.scaleByPowerOfTen(-exponent).toBigIntegerExact().toString();
        if (notation == Notation.EXPONENT) {
            return exponent == 0 ? digits : digits + "e" + exponent;
        }
        return EXPONENTS.entrySet().stream()
                .filter(entry -> entry.getValue() == exponent)
                .findFirst()
                .map(entry -> digits + entry.getKey())
                .orElseThrow();
    }
}
