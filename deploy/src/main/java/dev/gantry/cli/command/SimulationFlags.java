package dev.gantry.cli.command;

import dev.gantry.cli.servers.SimulationOptions;
import dev.gantry.cli.terminal.Durations;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of simulated nodes. */
final class SimulationFlags {

    private static final int COUNT_MAX = 10_000;
    private static final int CPUS = 4;
    private static final int CPUS_MAX = 4096;
    private static final long MEMORY_MIB = 8192;
    private static final long MEMORY_MIB_MAX = 1L << 30;
    private static final Duration START_MAX = Duration.ofMinutes(10);

    @Option(
            names = "--simulate",
            description =
                    "Be nodes that run tasks and pods without containers, so that tests of what uses the API need no"
                            + " Docker. What runs on them ends with this command.")
    private boolean simulate;

    @Option(names = "--count", paramLabel = "K", description = "Simulated nodes, 1 to 10000; default 1.")
    private @Nullable Integer count;

    @Option(names = "--cpu", paramLabel = "N", description = "CPUs of each of them; default 4.")
    private @Nullable Integer cpus;

    @Option(names = "--memory", paramLabel = "MIB", description = "Memory of each of them, in MiB; default 8192.")
    private @Nullable Long memoryMib;

    @Option(
            names = "--start-time",
            paramLabel = "DURATION",
            description =
                    "How long a container takes to start on them, up to 10m, or a range: 2s, 500ms-3s; default 0s.")
    private @Nullable String startTime;

    @Option(
            names = "--failure-rate",
            paramLabel = "RATE",
            description = "How many of all starts fail on them, 0 to 1; default 0.")
    private @Nullable Double failureRate;

    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            description = "Which starts fail and how long each takes follows from it; default is another one each time,"
                    + " which is printed.")
    private @Nullable Long seed;

    boolean isGiven() {
        return simulate;
    }

    /** @param chance gives the seed where none is said */
    Optional<SimulationOptions> options(LongSupplier chance) {
        if (!simulate) {
            if (Stream.of(count, cpus, memoryMib, startTime, failureRate, seed).anyMatch(Objects::nonNull)) {
                throw new Failure(
                        Exit.INVALID,
                        "these options are of simulated nodes",
                        "--count, --cpu, --memory, --start-time, --failure-rate and --seed say nothing without"
                                + " --simulate",
                        "add --simulate, or leave them out");
            }
            return Optional.empty();
        }
        Duration[] range = range(startTime == null ? "0s" : startTime);
        return Optional.of(new SimulationOptions(
                (int) within("--count", count == null ? 1 : count, COUNT_MAX),
                (int) within("--cpu", cpus == null ? CPUS : cpus, CPUS_MAX),
                within("--memory", memoryMib == null ? MEMORY_MIB : memoryMib, MEMORY_MIB_MAX),
                range[0],
                range[1],
                rate(failureRate == null ? 0 : failureRate),
                seed == null ? chance.getAsLong() : seed));
    }

    private static long within(String flag, long value, long most) {
        if (value < 1 || value > most) {
            throw new Failure(Exit.INVALID, "cannot use " + flag + " " + value, "it is 1 to " + most, "see --help");
        }
        return value;
    }

    private static double rate(double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new Failure(
                    Exit.INVALID,
                    "cannot use --failure-rate " + rate,
                    "it is 0 (none) to 1 (all)",
                    "write it like 0.1");
        }
        return rate;
    }

    private static Duration[] range(String text) {
        String[] ends = text.split("-", 2);
        Duration least = Durations.parse(ends[0]);
        Duration most = Durations.parse(ends[ends.length - 1]);
        if (least.compareTo(most) > 0 || most.compareTo(START_MAX) > 0) {
            throw new Failure(
                    Exit.INVALID,
                    "cannot use --start-time " + text,
                    "it is a duration of up to 10m, or two of them, the shorter one first",
                    "write it like 2s or 500ms-3s");
        }
        return new Duration[] {least, most};
    }
}
