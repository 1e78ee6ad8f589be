package dev.gantry.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend.Contents;
import dev.gantry.store.Backend.Entry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process is killed in the middle of its writes, again and again. */
final class SurvivesKillTest {

    private static final int ROUNDS = 4;

    @Test
    void everythingAcknowledgedIsThereAfterKillsAtRandomMoments(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime();
        System.out.println("SurvivesKillTest seed " + seed);
        Random random = new Random(seed);
        Map<String, Long> acknowledged = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            acknowledged.putAll(writeUntilKilled(directory, round, 1 + random.nextInt(600)));
            try (EmbeddedBackend backend = EmbeddedBackend.open(directory)) {
                assertHolds(backend.read(), acknowledged);
            }
        }
    }

    private static void assertHolds(Contents contents, Map<String, Long> acknowledged) {
        Map<String, Entry> entries =
                contents.entries().stream().collect(Collectors.toMap(Entry::path, Function.identity()));
        assertThat(acknowledged).isNotEmpty();
        acknowledged.forEach((path, revision) -> assertThat(entries.get(path))
                .isEqualTo(new Entry(path, ByteString.copyFromUtf8(path.repeat(20)), revision)));
        // Each commit created one record, so the revisions of the records have no gap up to the newest.
        assertThat(contents.entries().stream().map(Entry::revision).sorted().toList())
                .isEqualTo(
                        LongStream.rangeClosed(2, contents.revision()).boxed().toList());
    }

    private static Map<String, Long> writeUntilKilled(Path directory, int round, int lines) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        directory.toString(),
                        Integer.toString(round)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<String, Long> acknowledged = new HashMap<>();
        try (BufferedReader out = process.inputReader()) {
            String line = out.readLine();
            while (line != null) {
                String[] parts = line.split(" ", -1);
                acknowledged.put(parts[0], Long.parseLong(parts[1]));
                if (acknowledged.size() == lines) {
                    process.destroyForcibly();
                }
                line = out.readLine();
            }
        } catch (IOException e) {
            // The stream of a killed process may break instead of ending.
            process.destroyForcibly();
        }
        process.waitFor();
        return acknowledged;
    }
}
