package dev.gantry.agent.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelGaugeTest {

    private static final Running CONTAINER = new Running("scope", "id", "main", "abc", 0, "group");

    @TempDir
    Path directory;

    private KernelGauge gauge() {
        return new KernelGauge(directory, directory);
    }

    private void write(String file, String text) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void readsTheUnifiedHierarchyBelowSystemd() throws IOException {
        String group = "system.slice/docker-abc.scope/";
        write("cgroup.controllers", "cpu memory\n");
        write(group + "cpu.stat", "usage_usec 1500\nuser_usec 1000\n");
        write(group + "memory.current", "9000\n");
        write(group + "memory.stat", "anon 5000\ninactive_file 1000\n");
        assertThat(gauge().container(CONTAINER)).contains(new Reading(1_500_000, 8_000));
    }

    @Test
    void readsDividedHierarchiesWithinTheGroupOfATask() throws IOException {
        write("cpuacct/gantry/group/abc/cpuacct.usage", "77\n");
        write("memory/gantry/group/abc/memory.usage_in_bytes", "9000\n");
        write("memory/gantry/group/abc/memory.stat", "inactive_file 1\ntotal_inactive_file 2000\n");
        assertThat(gauge().container(CONTAINER)).contains(new Reading(77, 7_000));
    }

    @Test
    void tellsNothingOfAContainerThatIsGone() throws IOException {
        assertThat(gauge().container(CONTAINER)).isEmpty();
        Files.createDirectories(directory.resolve("cpuacct/docker/abc"));
        assertThat(gauge().container(CONTAINER)).isEmpty();
    }

    @Test
    void readsTheMachineWithoutItsRest() throws IOException {
        write("stat", "cpu  100 20 30 4000 500 6 7 8 90 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
        write("meminfo", "MemTotal: 1000 kB\nMemFree: 200 kB\nInactive: 600 kB\nInactive(file): 300 kB\n");
        assertThat(gauge().machine()).contains(new Reading(171 * 10_000_000L, 500 * 1024));
    }
}
