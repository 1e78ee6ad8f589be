package dev.gantry.agent.connection;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.proto.Desired;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Supply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DesiredFileTest {

    @TempDir
    Path directory;

    private final Obeyed set = new Obeyed(2, 9, Map.of("s/a", workload("a")));

    @Test
    void whatWasSavedIsLoaded() throws InterruptedException {
        new DesiredFile(directory).save(set);
        assertThat(new DesiredFile(directory).load()).contains(set);
    }

    @Test
    void whatChangedSinceIsLoadedToo() throws InterruptedException {
        DesiredFile file = new DesiredFile(directory);
        file.save(set);
        Map<String, DesiredWorkload> more = new HashMap<>(set.workloads());
        for (int i = 0; i < 20; i++) {
            more.put("s/b" + i, workload("b" + i));
        }
        Obeyed grown = new Obeyed(2, 10, more);
        file.save(grown);
        assertThat(new DesiredFile(directory).load()).contains(grown);
        more.remove("s/b7");
        more.put("s/a", workload("a").toBuilder().setStopReason("over").build());
        Obeyed shrunk = new Obeyed(3, 11, more);
        file.save(shrunk);
        assertThat(new DesiredFile(directory).load()).contains(shrunk);
    }

    @Test
    void loginsToRegistriesAreNotWritten() throws IOException, InterruptedException {
        DesiredWorkload.Builder pod = workload("p").toBuilder();
        pod.getSuppliesBuilder()
                .addSupplies(Supply.newBuilder().setKind(Supply.Kind.CONFIG_MAP).setName("c"))
                .addSupplies(Supply.newBuilder()
                        .setKind(Supply.Kind.PULL_SECRET)
                        .setName("login")
                        .putData("reg.example", ByteString.copyFromUtf8("bob:canary")));
        new DesiredFile(directory).save(new Obeyed(2, 9, Map.of("s/p", pod.build())));
        assertThat(Files.readString(directory.resolve(DesiredFile.NAME), StandardCharsets.ISO_8859_1))
                .doesNotContain("canary");
        DesiredWorkload loaded = new DesiredFile(directory)
                .load()
                .orElseThrow()
                .workloads()
                .getOrDefault("s/p", DesiredWorkload.getDefaultInstance());
        assertThat(loaded.getSupplies().getSuppliesList())
                .extracting(Supply::getName)
                .containsExactly("c");
    }

    private static DesiredWorkload workload(String id) {
        return DesiredWorkload.newBuilder().setScope("s").setId(id).build();
    }

    @Test
    void withoutAFileNothingIsObeyed() {
        assertThat(new DesiredFile(directory).load()).isEmpty();
    }

    @Test
    void anEmptyOrDamagedFileStopsNothing() throws IOException {
        Files.write(directory.resolve(DesiredFile.NAME), new byte[0]);
        assertThat(new DesiredFile(directory).load()).isEmpty();
        Files.write(directory.resolve(DesiredFile.NAME), new byte[] {1, 2, 3});
        assertThat(new DesiredFile(directory).load()).isEmpty();
        Files.write(
                directory.resolve(DesiredFile.NAME),
                Desired.newBuilder().setRevision(9).build().toByteArray());
        assertThat(new DesiredFile(directory).load()).isEmpty();
    }

    @Test
    void aSetThatCannotBeSavedDoesNotLeaveAnOlderOne() throws IOException, InterruptedException {
        DesiredFile file = new DesiredFile(directory);
        file.save(set);
        // A directory where the new file is to be written, with something in it.
        Files.createDirectories(directory.resolve(DesiredFile.NAME + ".new/x"));
        file.save(set);
        assertThat(file.load()).isEmpty();
    }
}
