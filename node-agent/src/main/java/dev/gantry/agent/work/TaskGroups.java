package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.engine.EngineFacts;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.WorkloadSpec;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control group of a task, which limits all its containers together; see the package's documentation for where there is one. */
final class TaskGroups {

    private static final Logger LOG = LoggerFactory.getLogger(TaskGroups.class);
    private static final String TOP = "gantry";
    private static final long PERIOD_MICROS = 100_000;
    private static final long CPU_QUOTA_MICROS_MIN = 1_000;

    private final Path root;
    private final boolean possible;

    TaskGroups(AgentSettings.Engine engine, EngineFacts facts) {
        this(
                Path.of("/sys/fs/cgroup"),
                engine.host().startsWith("unix:") && facts.cgroupDriver().equals("cgroupfs"));
    }

    TaskGroups(Path root, boolean local) {
        this.root = root;
        this.possible = local
                && Files.isDirectory(root.resolve("cpu"))
                && Files.isWritable(root.resolve("cpu"))
                && Files.isWritable(root.resolve("memory"));
    }

    /** The parent for the task's containers; empty when it has no limits of its own, or no group can be made here. */
    String parent(DesiredWorkload workload) {
        WorkloadSpec spec = workload.getSpec();
        boolean limited = spec.getCpuLimitUnits() > 0 || spec.getMemoryLimitBytes() > 0;
        if (!possible || !limited) {
            return "";
        }
        String name = TOP + "/" + Names.group(workload);
        try {
            if (spec.getCpuLimitUnits() > 0) {
                Path cpu = Files.createDirectories(root.resolve("cpu").resolve(name));
                long quota = Math.max(CPU_QUOTA_MICROS_MIN, spec.getCpuLimitUnits() * PERIOD_MICROS / 1024);
                Files.writeString(cpu.resolve("cpu.cfs_period_us"), Long.toString(PERIOD_MICROS));
                Files.writeString(cpu.resolve("cpu.cfs_quota_us"), Long.toString(quota));
            }
            if (spec.getMemoryLimitBytes() > 0) {
                Path memory = Files.createDirectories(root.resolve("memory").resolve(name));
                Files.writeString(memory.resolve("memory.limit_in_bytes"), Long.toString(spec.getMemoryLimitBytes()));
            }
            return "/" + name;
        } catch (IOException e) {
            LOG.warn(
                    "No control group for {}, its containers get its limits one by one: {}",
                    Names.key(workload),
                    e.toString());
            return "";
        }
    }

    /** Removes the task's group in every hierarchy; the engine made it in those that we did not. */
    void clear(DesiredWorkload workload) {
        if (!possible) {
            return;
        }
        for (Path hierarchy : hierarchies()) {
            try {
                Files.deleteIfExists(hierarchy.resolve(TOP).resolve(Names.group(workload)));
            } catch (IOException e) {
                LOG.debug("The control group of {} stays in {}: {}", Names.key(workload), hierarchy, e.toString());
            }
        }
    }

    private List<Path> hierarchies() {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(root, Files::isDirectory)) {
            directories.forEach(found::add);
        } catch (IOException e) {
            LOG.debug("Cannot list {}: {}", root, e.toString());
        }
        return found;
    }
}
