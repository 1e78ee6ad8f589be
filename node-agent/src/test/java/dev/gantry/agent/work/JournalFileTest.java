package dev.gantry.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.proto.ContainerStatus;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.WorkloadReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFileTest {

    @TempDir
    private Path directory;

    private static WorkloadReport report(String id, Phase phase) {
        return WorkloadReport.newBuilder()
                .setScope("default")
                .setId(id)
                .setObserved(Observation.newBuilder()
                        .setPhase(phase)
                        .addContainers(ContainerStatus.newBuilder().setName("web")))
                .build();
    }

    @Test
    void remembersWhatWasBegunAndWhatWasSeenLast() {
        try (JournalFile journal = JournalFile.open(directory)) {
            journal.begin("default", "a", "web");
            journal.remember(report("a", Phase.PENDING));
            journal.remember(report("a", Phase.RUNNING));
            journal.begin("default", "a", "side");
        }
        try (JournalFile journal = JournalFile.open(directory)) {
            assertThat(journal.entries())
                    .containsEntry("default/a", new Journal.Entry(report("a", Phase.RUNNING), Set.of("web", "side")));
        }
    }

    @Test
    void forgetsWhatItWasToldToForget() {
        try (JournalFile journal = JournalFile.open(directory)) {
            journal.begin("default", "a", "web");
            journal.begin("default", "b", "web");
            journal.forget("default", "a");
        }
        try (JournalFile journal = JournalFile.open(directory)) {
            assertThat(journal.entries()).containsOnlyKeys("default/b");
        }
    }

    @Test
    void dropsATornLastRecordAndKeepsTheOthers() throws IOException {
        try (JournalFile journal = JournalFile.open(directory)) {
            journal.begin("default", "a", "web");
        }
        Path file = directory.resolve("workloads.journal");
        Files.write(file, new byte[] {0, 0, 0, 9, 1, 2, 3}, StandardOpenOption.APPEND);
        try (JournalFile journal = JournalFile.open(directory)) {
            assertThat(journal.entries()).containsOnlyKeys("default/a");
            journal.begin("default", "b", "web");
        }
        try (JournalFile journal = JournalFile.open(directory)) {
            assertThat(journal.entries()).containsOnlyKeys("default/a", "default/b");
        }
    }

    @Test
    void keepsWhatIsWrittenAfterTheDiskWasFull() {
        FullDisk disk = new FullDisk();
        try (JournalFile journal = JournalFile.open(directory, disk)) {
            journal.begin("default", "a", "web");
            disk.fillAfter(20);
            assertThatThrownBy(() -> journal.begin("default", "b", "web")).isInstanceOf(UncheckedIOException.class);
            disk.free();
            journal.begin("default", "c", "web");
        }
        try (JournalFile journal = JournalFile.open(directory)) {
            assertThat(journal.entries()).containsOnlyKeys("default/a", "default/c");
        }
    }

    @Test
    void keepsAnEndInTheRoomThatItHeldBack() {
        FullDisk disk = new FullDisk();
        try (JournalFile journal = JournalFile.open(directory, disk)) {
            journal.begin("default", "a", "web");
            disk.fillAfter(0);
            assertThatThrownBy(() -> journal.remember(report("a", Phase.RUNNING)))
                    .isInstanceOf(UncheckedIOException.class);
            journal.remember(report("a", Phase.STOPPED));
            assertThatThrownBy(() -> journal.begin("default", "b", "web"))
                    .as("something begins whose end would find no room")
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("cannot hold room back");
            disk.free();
            journal.begin("default", "b", "web");
        }
        try (JournalFile journal = JournalFile.open(directory)) {
            assertThat(journal.entries())
                    .hasEntrySatisfying(
                            "default/a",
                            entry -> assertThat(entry.report().getObserved().getPhase())
                                    .isEqualTo(Phase.STOPPED));
            assertThat(journal.entries()).containsOnlyKeys("default/a", "default/b");
        }
    }

    @Test
    void opensOnAFullDisk() throws IOException {
        try (JournalFile journal = JournalFile.open(directory)) {
            journal.begin("default", "a", "web");
        }
        Path file = directory.resolve("workloads.journal");
        Files.write(file, new byte[] {0, 0, 0, 9, 1, 2, 3}, StandardOpenOption.APPEND);
        FullDisk disk = new FullDisk();
        disk.fillAfter(5);
        try (JournalFile journal = JournalFile.open(directory, disk)) {
            assertThat(journal.entries()).containsOnlyKeys("default/a");
            assertThat(directory).isDirectoryNotContaining("glob:**.next");
            disk.free();
            journal.begin("default", "b", "web");
        }
        try (JournalFile journal = JournalFile.open(directory)) {
            assertThat(journal.entries()).containsOnlyKeys("default/a", "default/b");
        }
    }

    @Test
    void growsWhileThereIsNoRoomToRewriteIt() {
        WorkloadReport bulky = WorkloadReport.newBuilder(report("a", Phase.RUNNING))
                .setObserved(Observation.newBuilder().setStopReason("x".repeat(2 << 20)))
                .build();
        FullDisk disk = new FullDisk();
        try (JournalFile journal = JournalFile.open(directory, disk)) {
            journal.remember(bulky);
            // Enough for one more record, and not for the rewriting that it makes due.
            disk.fillAfter(3 << 20);
            journal.remember(bulky);
            disk.free();
            journal.begin("default", "b", "web");
        }
        try (JournalFile journal = JournalFile.open(directory)) {
            assertThat(journal.entries()).containsOnlyKeys("default/a", "default/b");
        }
    }

    @Test
    void staysSmallHoweverMuchHappens() throws IOException {
        WorkloadReport bulky = WorkloadReport.newBuilder(report("a", Phase.RUNNING))
                .setObserved(Observation.newBuilder().setStopReason("x".repeat(50_000)))
                .build();
        try (JournalFile journal = JournalFile.open(directory)) {
            for (int i = 0; i < 500; i++) {
                journal.remember(bulky);
            }
        }
        assertThat(Files.size(directory.resolve("workloads.journal"))).isLessThan(5L << 20);
    }

    @Test
    void keepsWhatManyThreadsBeginAtOnce() {
        try (JournalFile journal = JournalFile.open(directory);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 200; i++) {
                String id = "t" + i;
                threads.execute(() -> journal.begin("default", id, "web"));
            }
        }
        try (JournalFile journal = JournalFile.open(directory)) {
            assertThat(journal.entries()).hasSize(200);
        }
    }
}
