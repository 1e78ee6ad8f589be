package dev.gantry.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.docker.DockerEngine;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.Labels;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.simulated.Addresses;
import dev.gantry.agent.simulated.Program;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.NetworkMode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same random calls to the simulation's engine and to a real Docker engine get the same answers and leave the same state. */
@Tag("e2e")
class EngineDifferenceTest {

    private static final int STEPS = 60;
    private static final int SLOTS = 4;
    private static final String IMAGE = "gantry-test:1";
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(20);

    /** What containers run, as a real engine and as the simulated one has it. */
    private enum Kind {
        LISTENS("trap 'exit 143' TERM; echo ready; while :; do sleep 0.1; done", true),
        DEAF("trap '' TERM; echo ready; while :; do sleep 0.1; done", true),
        FAILS("exit 3", false),
        ENDS("true", false);

        private final String script;
        private final boolean stays;

        Kind(String script, boolean stays) {
            this.script = script;
            this.stays = stays;
        }

        Program program() {
            return new Program(
                    stays ? Optional.empty() : Optional.of(Duration.ofMillis(10)),
                    this == FAILS ? 3 : 0,
                    false,
                    this == LISTENS ? Optional.of(Duration.ofMillis(100)) : Optional.empty());
        }

        static Kind of(Creation creation) {
            return valueOf(creation.spec().getName());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theSimulatedEngineAnswersAsDockerDoes(long seed, @TempDir Path directory) throws Exception {
        String host = Optional.ofNullable(System.getenv("GANTRY_TEST_DOCKER")).orElse("");
        assumeTrue(!host.isEmpty(), "GANTRY_TEST_DOCKER names no Docker engine");
        AgentSettings settings = AgentSettings.of(UUID.randomUUID().toString().replace("-", ""), "node", directory);
        List<String> simulated = new ArrayList<>();
        try (Agenda agenda = new Agenda()) {
            SimRuntime runtime = new SimRuntime(new QuietMachine(agenda), new Addresses());
            runtime.has(IMAGE);
            Actor actor = new Actor(runtime, new Way() {
                @Override
                public <T> T call(Call<T> call) throws Exception {
                    return inVirtualTime(agenda, call);
                }
            });
            actor.perform(settings.nodeId(), seed, simulated);
        }
        List<String> real = new ArrayList<>();
        try (DockerEngine docker =
                DockerEngine.connect(settings.withEngine(AgentSettings.Engine.DEFAULT.withHost(host)))) {
            Actor actor = new Actor(docker, new Way() {
                @Override
                public <T> T call(Call<T> call) throws Exception {
                    return call.run();
                }
            });
            try {
                actor.perform(settings.nodeId(), seed, real);
            } finally {
                actor.removeAll();
            }
        }
        assertThat(simulated).as("seed %d", seed).isEqualTo(real);
    }

    private interface Call<T> {
        T run() throws Exception;
    }

    private interface Way {
        <T> T call(Call<T> call) throws Exception;
    }

    private static <T> T inVirtualTime(Agenda agenda, Call<T> call) throws Exception {
        List<T> answers = new ArrayList<>();
        List<Exception> failures = new ArrayList<>();
        agenda.after(Duration.ZERO, () -> {
            try {
                answers.add(call.run());
            } catch (Exception e) {
                failures.add(e);
            }
        });
        agenda.run(Duration.ofSeconds(5));
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
        return answers.getFirst();
    }

    /** One engine, and the ids that it gave to containers. */
    private static final class Actor {
        private final ContainerEngine engine;
        private final Way way;
        private final Map<Integer, String> ids = new TreeMap<>();
        private final Map<Integer, Integer> runs = new TreeMap<>();

        Actor(ContainerEngine engine, Way way) {
            this.engine = engine;
            this.way = way;
        }

        void perform(String node, long seed, List<String> heard) throws Exception {
            SplittableRandom chance = new SplittableRandom(seed);
            for (int step = 0; step < STEPS; step++) {
                int slot = chance.nextInt(SLOTS);
                Kind kind = Kind.values()[chance.nextInt(Kind.values().length)];
                int what = chance.nextInt(10);
                heard.add(step + " slot " + slot + " " + answer(node, slot, kind, what));
                heard.add(state());
            }
        }

        private String answer(String node, int slot, Kind kind, int what) throws Exception {
            try {
                return act(node, slot, kind, what);
            } catch (EngineException e) {
                return e.kind().toString();
            }
        }

        private String act(String node, int slot, Kind kind, int what) throws Exception {
            String id = ids.getOrDefault(slot, "f".repeat(64));
            return switch (what) {
                case 0, 1, 2 -> {
                    String image = kind == Kind.ENDS && slot == 0 ? "gantry-test:absent" : IMAGE;
                    ids.put(slot, way.call(() -> engine.create(creation(node, slot, kind, image))));
                    runs.put(slot, 0);
                    yield "created";
                }
                case 3, 4, 5 -> start(slot, id);
                case 6 -> done("stopped", () -> engine.stop(id, GRACE));
                case 7 -> done("killed", () -> engine.kill(id));
                case 8 -> done("removed", () -> engine.remove(id));
                default ->
                    way.call(() -> engine.inspect("gantry-difference-" + node + "-" + slot))
                            .map(EngineDifferenceTest::visible)
                            .orElse("absent");
            };
        }

        private interface Deed {
            void happen() throws Exception;
        }

        private String done(String word, Deed deed) throws Exception {
            return way.call(() -> {
                deed.happen();
                return word;
            });
        }

        /** Waits until its process listens or has ended: what comes before that is chance. */
        private String start(int slot, String id) throws Exception {
            boolean before = way.call(() -> engine.inspect(id))
                    .filter(seen -> seen.container().isRunning())
                    .isPresent();
            done("started", () -> engine.start(id));
            int run = before ? runs.getOrDefault(slot, 0) : runs.merge(slot, 1, Integer::sum);
            await().atMost(SOON).until(() -> hasBegun(id, run));
            return "started";
        }

        private boolean hasBegun(String id, int run) throws Exception {
            Optional<Sighting> seen = way.call(() -> engine.inspect(id));
            if (seen.filter(found -> found.container().isRunning()).isEmpty()) {
                return true;
            }
            ByteArrayOutputStream log = new ByteArrayOutputStream();
            way.call(() -> {
                engine.logs(id, LogsRequest.newBuilder().setTail(-1).build(), (_, bytes) -> {
                    log.writeBytes(bytes);
                    return true;
                });
                return true;
            });
            boolean simulated = engine instanceof SimRuntime;
            boolean stays = seen.filter(found -> Kind.valueOf(found.container().container()).stays)
                    .isPresent();
            return stays && (simulated || log.toString(StandardCharsets.UTF_8).split("ready", -1).length > run);
        }

        private String state() throws Exception {
            List<String> states = new ArrayList<>();
            for (var listing : way.call(engine::list)) {
                String seen = way.call(() -> engine.inspect(listing.id()))
                        .map(EngineDifferenceTest::visible)
                        .orElse("absent");
                states.add(listing.workload() + " " + listing.container() + " " + listing.state() + ": " + seen);
            }
            return states.stream().sorted().toList().toString();
        }

        void removeAll() throws Exception {
            for (var listing : engine.list()) {
                engine.stop(listing.id(), Duration.ZERO);
                engine.remove(listing.id());
            }
        }
    }

    private static String visible(Sighting sighting) {
        ObservedContainer seen = sighting.container();
        String ended = seen.isExited()
                ? " exit " + seen.exitCode() + (seen.outOfMemory() ? " out of memory" : "") + finished(seen)
                : "";
        return sighting.workload() + " " + seen.container() + " " + seen.state()
                + (seen.startedAtMs() > 0 ? " ran" : "") + ended;
    }

    /** Of a process that ends at once Docker may note the end before the start, so the two are not compared. */
    private static String finished(ObservedContainer seen) {
        return seen.finishedAtMs() > 0 ? " finished" : " not finished";
    }

    private static Creation creation(String node, int slot, Kind kind, String image) {
        return new Creation(
                "gantry-difference-" + node + "-" + slot,
                ContainerSpec.newBuilder()
                        .setName(kind.name())
                        .setImage(image)
                        .addAllCommand(List.of("/bin/sh", "-c", kind.script))
                        .build(),
                NetworkMode.NONE,
                "",
                "",
                "",
                new Creation.Limits("", 0, 0),
                Map.of(Labels.NODE, node, Labels.WORKLOAD, "difference/" + slot, Labels.CONTAINER, kind.name()),
                List.of(),
                List.of(),
                List.of(),
                "json-file",
                Map.of(),
                "",
                "",
                "");
    }

    /** A machine on which nothing goes wrong. */
    private record QuietMachine(Agenda agenda) implements SimRuntime.Machine {
        @Override
        public long millis() {
            return World.START.plus(agenda.elapsed()).toEpochMilli();
        }

        @Override
        public boolean isThere(String gate) {
            return false;
        }

        @Override
        public Program program(Creation creation) {
            return Kind.of(creation).program();
        }

        @Override
        public void before(String call) throws InterruptedException {
            agenda.sleep(Duration.ofMillis(5));
        }

        @Override
        public void after(String call) throws InterruptedException {
            agenda.sleep(Duration.ofMillis(5));
        }

        @Override
        public Duration pulling(String reference) {
            return Duration.ofMillis(10);
        }

        @Override
        public void later(Duration delay, Runnable what) {
            agenda.after(delay, what::run);
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            agenda.sleep(duration);
        }

        @Override
        public boolean sleepInTrouble(Duration duration) throws InterruptedException {
            agenda.sleep(duration);
            return false;
        }

        @Override
        public long epoch() {
            return 0;
        }

        @Override
        public void started(String workload, String container, long epoch) {}
    }
}
