package dev.gantry.agent.work;

import static dev.gantry.agent.work.Specs.container;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.engine.Creation;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.LogsRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of a run that another one follows. */
class PreviousLogsTest {

    private static final DesiredWorkload POD = Specs.run("p1", container("web", "serve"));
    private static final String KEY = Names.key(POD);

    @TempDir
    private Path directory;

    private final FakeEngine engine = new FakeEngine(new HandClock(Instant.EPOCH));
    private String id = "";

    @BeforeEach
    void run() throws InterruptedException {
        engine.hasImage(Specs.IMAGE);
        id = engine.create(creation());
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private Creation creation() {
        return new Creations(AgentSettings.of("node", "node-1", directory))
                .draw(POD, POD.getSpec().getContainers(0), List.of(), "");
    }

    private PreviousLogs logs(Duration deadline) {
        return new PreviousLogs(engine, new PodFolders(directory, directory), deadline);
    }

    private String kept(PreviousLogs logs) throws IOException, InterruptedException {
        StringBuilder text = new StringBuilder();
        LogsRequest request =
                LogsRequest.newBuilder().setContainer("web").setTail(-1).build();
        boolean isThere = logs.read(POD, request, (_, bytes) -> {
            text.append(new String(bytes, StandardCharsets.UTF_8));
            return true;
        });
        return isThere ? text.toString() : "nothing";
    }

    @Test
    void keepsTheWholeLog() throws IOException, InterruptedException {
        PreviousLogs logs = logs(Duration.ofSeconds(30));
        engine.writes(KEY, "web", "2026-01-01T00:00:00Z one\n2026-01-01T00:00:01Z two");
        logs.keep(POD, "web", id);
        assertThat(kept(logs)).isEqualTo("one\ntwo");
    }

    @Test
    void keepsWhatItHasReadOfALogThatDoesNotComeToItsEndInTime() throws IOException, InterruptedException {
        PreviousLogs logs = logs(Duration.ofSeconds(1));
        engine.writes(KEY, "web", "2026-01-01T00:00:00Z one\n");
        engine.hangsInLogs();
        logs.keep(POD, "web", id);
        assertThat(kept(logs)).isEqualTo("one\n");
    }

    @Test
    void doesNotTakeAnEarlierRunForTheOneOfWhichNothingCouldBeRead() throws IOException, InterruptedException {
        PreviousLogs logs = logs(Duration.ofMillis(100));
        engine.writes(KEY, "web", "2026-01-01T00:00:00Z one\n");
        logs.keep(POD, "web", id);
        engine.remove(id);
        id = engine.create(creation());
        engine.hangsInLogs();
        logs.keep(POD, "web", id);
        assertThat(kept(logs)).isEqualTo("nothing");
    }
}
