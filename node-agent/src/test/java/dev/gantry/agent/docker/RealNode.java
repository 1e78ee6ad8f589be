package dev.gantry.agent.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.HealthInquiry;
import dev.gantry.agent.Leash;
import dev.gantry.agent.Routing;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.Listing;
import dev.gantry.agent.work.Alarms;
import dev.gantry.agent.work.EngineWorkshop;
import dev.gantry.agent.work.JournalFile;
import dev.gantry.agent.work.ReportBook;
import dev.gantry.agent.work.Specs;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Frame;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.Observation;
import dev.gantry.proto.OpenChannel;
import dev.gantry.proto.Phase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/**
 * A node on the Docker engine that GANTRY_TEST_DOCKER names. Its containers are removed at the end, and before the start, because
 * a run that was killed leaves some whose names the next one needs.
 */
final class RealNode implements AutoCloseable {

    private static final String ID = "00000000000000000000000067616e74";

    static final Duration PATIENCE = Duration.ofSeconds(60);

    final ReportBook reports = new ReportBook();
    final AgentSettings settings;
    private final Map<String, DesiredWorkload> desired = new ConcurrentHashMap<>();
    private final Leash leash;
    private final Executor threads = Executors.newVirtualThreadPerTaskExecutor();
    private DockerEngine engine;
    private JournalFile journal;
    private Alarms alarms;
    private EngineWorkshop workshop;

    RealNode(Path directory, UnaryOperator<AgentSettings> adjust) throws InterruptedException {
        this(directory, adjust, Leash.NONE);
    }

    RealNode(Path directory, UnaryOperator<AgentSettings> adjust, Leash leash) throws InterruptedException {
        this.leash = leash;
        String host = Optional.ofNullable(System.getenv("GANTRY_TEST_DOCKER"))
                .or(() -> Optional.ofNullable(System.getProperty("GANTRY_TEST_DOCKER")))
                .orElse("");
        assumeTrue(!host.isEmpty(), "GANTRY_TEST_DOCKER names no Docker engine");
        AgentSettings fresh =
                AgentSettings.of(ID, "node-1", directory).withEngine(AgentSettings.Engine.DEFAULT.withHost(host));
        this.settings = adjust.apply(fresh);
        sweep();
        open();
    }

    private void open() throws InterruptedException {
        engine = DockerEngine.connect(settings);
        journal = JournalFile.open(settings.dataDirectory());
        alarms = new Alarms(Clock.systemUTC(), threads);
        workshop = EngineWorkshop.open(
                settings,
                engine,
                journal,
                reports,
                new EngineWorkshop.Surroundings(
                        threads,
                        alarms,
                        Clock.systemUTC(),
                        leash,
                        Routing.NONE,
                        HealthInquiry.NONE,
                        TaskEndpoints.NONE));
        workshop.begin();
    }

    /** As if the agent's process had died and come back. */
    void restart() throws InterruptedException {
        die();
        open();
    }

    void die() {
        workshop.close();
        alarms.close();
        journal.close();
        engine.close();
    }

    DockerEngine engine() {
        return engine;
    }

    EngineWorkshop workshop() {
        return workshop;
    }

    void obey(DesiredWorkload... workloads) {
        for (DesiredWorkload workload : workloads) {
            desired.put(workload.getId(), workload);
        }
        workshop.obey(desired.values());
    }

    void stop(DesiredWorkload workload) {
        obey(Specs.stop(workload));
    }

    Observation awaitPhase(String id, Phase phase) {
        return await(id, seen -> seen.getPhaseValue() >= phase.getNumber());
    }

    Observation await(String id, Predicate<Observation> wanted) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> reports.of(id).filter(wanted).isPresent());
        return reports.of(id).orElseThrow();
    }

    /** What a container has written so far. */
    String log(String scope, String id, String container) throws InterruptedException {
        Frames frames = new Frames();
        LogsRequest request = LogsRequest.newBuilder()
                .setScope(scope)
                .setWorkloadId(id)
                .setContainer(container)
                .setTail(-1)
                .build();
        workshop.serve(OpenChannel.newBuilder().setLogs(request).build(), Optional::empty, frames::add);
        return frames.stdout();
    }

    /** The frames of a side channel in the order they came. */
    static final class Frames {
        final List<Frame> all = new ArrayList<>();

        boolean add(Frame frame) {
            return all.add(frame);
        }

        String stdout() {
            StringBuilder text = new StringBuilder();
            all.forEach(frame -> text.append(frame.getStdout().toStringUtf8()));
            return text.toString();
        }

        String stderr() {
            StringBuilder text = new StringBuilder();
            all.forEach(frame -> text.append(frame.getStderr().toStringUtf8()));
            return text.toString();
        }

        Frame last() {
            return all.getLast();
        }
    }

    @Override
    public void close() throws InterruptedException {
        workshop.close();
        sweep();
        die();
    }

    /** Until nothing is left: what was under way when the workshop closed may yet start a container. */
    private void sweep() throws InterruptedException {
        try (DockerEngine sweeping = DockerEngine.connect(settings)) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .ignoreException(EngineException.class)
                    .until(() -> remove(sweeping, sweeping.list()).isEmpty());
            for (String volume : sweeping.unusedVolumes()) {
                sweeping.removeVolume(volume);
            }
        }
    }

    private static List<Listing> remove(DockerEngine sweeping, List<Listing> listings) throws InterruptedException {
        for (Listing listing : listings) {
            sweeping.stop(listing.id(), Duration.ZERO);
            sweeping.remove(listing.id());
        }
        return listings;
    }
}
