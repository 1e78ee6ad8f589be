package dev.gantry.agent.usage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads /proc, and the control groups of containers in either version. See cgroups(7), proc_stat(5), proc_meminfo(5). */
final class KernelGauge implements Gauge {

    private static final Logger LOG = LoggerFactory.getLogger(KernelGauge.class);
    private static final long NANOS_PER_MICRO = 1_000;
    /** The kernel shows times to programs in hundredths of a second, whatever it counts in. */
    private static final long NANOS_PER_TICK = 10_000_000;

    private static final long BYTES_PER_KIB = 1_024;
    /** Idle, and waiting for a disk: the fourth and the fifth number of the line. */
    private static final List<Integer> AT_REST = List.of(4, 5);
    /** Time of guests is in the time of users already. */
    private static final int TIMES = 8;

    private final Path groups;
    private final Path proc;

    /**
     * @param groups where control groups are mounted
     * @param proc   where processes are
     */
    KernelGauge(Path groups, Path proc) {
        this.groups = groups;
        this.proc = proc;
    }

    static KernelGauge ofThisMachine() {
        return new KernelGauge(Path.of("/sys/fs/cgroup"), Path.of("/proc"));
    }

    @Override
    public Optional<Reading> machine() {
        try {
            long ticks = 0;
            String[] times = Files.readString(proc.resolve("stat"))
                    .lines()
                    .findFirst()
                    .orElse("")
                    .split(" +");
            for (int i = 1; i < Math.min(times.length, TIMES + 1); i++) {
                ticks += AT_REST.contains(i) ? 0 : Long.parseLong(times[i]);
            }
            Path file = proc.resolve("meminfo");
            String memory = Files.readString(file);
            long kibibytes = number(file, memory, "MemTotal:")
                    - number(file, memory, "MemFree:")
                    - number(file, memory, "Inactive(file):");
            return Optional.of(new Reading(ticks * NANOS_PER_TICK, Math.max(0, kibibytes) * BYTES_PER_KIB));
        } catch (IOException | NumberFormatException e) {
            LOG.debug("The machine does not tell what it uses: {}", e.toString());
            return Optional.empty();
        }
    }

    @Override
    public Optional<Reading> container(Running container) {
        boolean isUnified = Files.exists(groups.resolve("cgroup.controllers"));
        Path cpu = isUnified ? groups : groups.resolve("cpuacct");
        return places(container)
                .filter(place -> Files.isDirectory(cpu.resolve(place)))
                .findFirst()
                .flatMap(place -> read(place, isUnified));
    }

    /** Where engines keep their containers' groups: beside each other, as units of systemd, or within a task's own group. */
    private static Stream<String> places(Running container) {
        String id = container.engineId();
        return Stream.of(
                "docker/" + id, "system.slice/docker-" + id + ".scope", "gantry/" + container.group() + "/" + id);
    }

    private Optional<Reading> read(String place, boolean isUnified) {
        try {
            return Optional.of(isUnified ? unified(groups.resolve(place)) : divided(place));
        } catch (IOException | NumberFormatException e) {
            // Mostly it ended meanwhile, and the next measurement knows.
            LOG.debug("Nothing can be measured of {}: {}", place, e.toString());
            return Optional.empty();
        }
    }

    private static Reading unified(Path group) throws IOException {
        long used =
                Long.parseLong(Files.readString(group.resolve("memory.current")).strip());
        return reading(
                number(group.resolve("cpu.stat"), "usage_usec") * NANOS_PER_MICRO,
                used,
                number(group.resolve("memory.stat"), "inactive_file"));
    }

    private Reading divided(String place) throws IOException {
        Path memory = groups.resolve("memory").resolve(place);
        Path cpu = groups.resolve("cpuacct").resolve(place).resolve("cpuacct.usage");
        return reading(
                Long.parseLong(Files.readString(cpu).strip()),
                Long.parseLong(Files.readString(memory.resolve("memory.usage_in_bytes"))
                        .strip()),
                number(memory.resolve("memory.stat"), "total_inactive_file"));
    }

    private static Reading reading(long cpuNanos, long used, long inactive) {
        return new Reading(cpuNanos, Math.max(0, used - inactive));
    }

    /** The number behind a word at the beginning of a line. */
    private static long number(Path file, String word) throws IOException {
        return number(file, Files.readString(file), word);
    }

    private static long number(Path file, String text, String word) throws IOException {
        OptionalLong number = text.lines()
                .map(line -> line.split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals(word))
                .mapToLong(words -> Long.parseLong(words[1]))
                .findFirst();
        return number.orElseThrow(() -> new IOException(file + " does not tell of " + word));
    }
}
