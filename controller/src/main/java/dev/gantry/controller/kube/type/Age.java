package dev.gantry.controller.kube.type;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/** How long something took or takes, as kubectl prints it: two units at most, and one when it is long. */
public final class Age {

    private static final String UNKNOWN = "<unknown>";
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final long YEAR = 365 * DAY;

    private Age() {}

    /** From a time in the API's form until now. */
    public static String since(String time, Instant now) {
        if (time.isEmpty()) {
            return UNKNOWN;
        }
        try {
            return of(Duration.between(Instant.parse(time), now));
        } catch (DateTimeException _) {
            return UNKNOWN;
        }
    }

    public static String of(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < -1) {
            return "<invalid>";
        }
        if (seconds <= 0) {
            return "0s";
        }
        if (seconds < 2 * MINUTE) {
            return seconds + "s";
        }
        if (seconds < 10 * MINUTE) {
            return two(seconds, MINUTE, "m", 1, "s");
        }
        if (seconds < 3 * HOUR) {
            return seconds / MINUTE + "m";
        }
        if (seconds < 8 * HOUR) {
            return two(seconds, HOUR, "h", MINUTE, "m");
        }
        if (seconds < 2 * DAY) {
            return seconds / HOUR + "h";
        }
        if (seconds < 8 * DAY) {
            return two(seconds, DAY, "d", HOUR, "h");
        }
        if (seconds < 2 * YEAR) {
            return seconds / DAY + "d";
        }
        return seconds < 8 * YEAR ? two(seconds, YEAR, "y", DAY, "d") : seconds / YEAR + "y";
    }

    private static String two(long seconds, long large, String largeUnit, long small, String smallUnit) {
        long rest = seconds % large / small;
        return seconds / large + largeUnit + (rest == 0 ? "" : rest + smallUnit);
    }
}
