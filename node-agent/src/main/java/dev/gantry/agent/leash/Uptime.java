package dev.gantry.agent.leash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The time since the machine started, which nobody can set and which goes on while the machine is suspended. All processes
 * of a machine see the same one. See proc_uptime(5): seconds with two decimals.
 */
public final class Uptime {

    private static final Path FILE = Path.of("/proc/uptime");
    private static final long NANOS_PER_HUNDREDTH = 10_000_000;

    private Uptime() {}

    /** Whether this machine tells it. */
    public static boolean isKnown() {
        return Files.isReadable(FILE);
    }

    /** Nanoseconds; of this process's own clock where the machine does not tell. */
    public static long nanos() {
        return isKnown() ? hundredths() * NANOS_PER_HUNDREDTH : System.nanoTime();
    }

    static long hundredths() {
        try {
            String text = Files.readString(FILE);
            return Long.parseLong(text.substring(0, text.indexOf(' ')).replace(".", ""));
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + FILE, e);
        }
    }

    /** What {@code nanos} are in the unit of the file, rounded down. */
    static long hundredths(long nanos) {
        return Math.floorDiv(nanos, NANOS_PER_HUNDREDTH);
    }
}
