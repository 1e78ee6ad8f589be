package dev.gantry.controller.ecs.compile;

import dev.gantry.controller.ecs.document.Refusals;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** CPU and memory of a task as ECS writes them: {@code "256"}, {@code ".25 vCPU"}, {@code "512"}, {@code "0.5GB"}. */
public final class Sizes {

    public static final long MIB_BYTES = 1024L * 1024;

    private static final String ADVICE =
            " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
    private static final Pattern CPU = Pattern.compile("([0-9]{0,7}(?:\\.[0-9]{1,6})?) ?(vcpu|)");
    private static final Pattern MEMORY = Pattern.compile("([0-9]{0,9}(?:\\.[0-9]{1,6})?) ?(gb|)");
    private static final int UNITS_PER_CPU = 1024;
    private static final int MIB_PER_GB = 1024;

    private Sizes() {}

    /** CPU units of a task, 1024 per core; 0 when absent. */
    public static long cpuUnits(@Nullable String text) {
        return parse(text, CPU, UNITS_PER_CPU, "cpu");
    }

    /** Memory of a task in MiB; 0 when absent. */
    public static long memoryMib(@Nullable String text) {
        return parse(text, MEMORY, MIB_PER_GB, "memory");
    }

    private static long parse(@Nullable String text, Pattern pattern, int factor, String setting) {
        if (text == null || text.isEmpty()) {
            return 0;
        }
        Matcher matcher = pattern.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (!matcher.matches() || matcher.group(1).isEmpty()) {
            throw Refusals.client("Invalid '" + setting + "' setting for task." + ADVICE);
        }
        BigDecimal number = new BigDecimal(matcher.group(1));
        boolean whole = number.stripTrailingZeros().scale() <= 0;
        if (matcher.group(2).isEmpty() && !whole) {
            throw Refusals.client("Invalid '" + setting + "' setting for task." + ADVICE);
        }
        BigDecimal units = matcher.group(2).isEmpty() ? number : number.multiply(BigDecimal.valueOf(factor));
        long value = units.setScale(0, RoundingMode.HALF_UP).longValueExact();
        if (value <= 0) {
            throw Refusals.client("Invalid '" + setting + "' setting for task." + ADVICE);
        }
        return value;
    }
}
