package dev.gantry.controller.ecs.events;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.reconcile.Outcome;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Placement;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Wish;
import dev.gantry.proto.Workload;
import dev.gantry.store.Commit;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Key;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Transaction;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A store, its controllers by name, and what happens to tasks; time moves by hand. */
final class StreamWorld implements AutoCloseable {

    static final Arns ARNS = new Arns("eu-central-1", "123456789012");
    private static final EventSettings SETTINGS =
            new EventSettings(Duration.ofMillis(200), Duration.ofHours(24), 100, 10);

    final MemoryBackend backend = new MemoryBackend(this::now);
    private final Map<String, Controller> controllers = new HashMap<>();
    private Instant now = Instant.parse("2026-01-02T03:04:05.678Z");

    private record Controller(ImageStore store, EventTail tail, EventProjector projector) {}

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    void start(String name) throws InterruptedException {
        ImageStore store = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
        EventTail tail = new EventTail(store, store::history, this::now);
        controllers.put(name, new Controller(store, tail, new EventProjector(tail, SETTINGS)));
    }

    void kill(String name) {
        controller(name).store().close();
        controllers.remove(name);
    }

    private Controller controller(String name) {
        return Objects.requireNonNull(controllers.get(name), name);
    }

    ImageStore store(String name) throws InterruptedException {
        ImageStore store = controller(name).store();
        store.catchUp();
        return store;
    }

    /** One look of the projector; what it decides is written. */
    Outcome look(String name) throws InterruptedException {
        Outcome outcome = controller(name).projector().reconcile(store(name).snapshot(), Kinds.EVENT_CURSOR_KEY, now);
        for (Transaction write : outcome.writes()) {
            commit(name, write);
        }
        return outcome;
    }

    /** Looks until there is nothing more to tell. */
    void tell(String name) throws InterruptedException {
        look(name);
        pass(Duration.ofSeconds(1));
        while (!look(name).writes().isEmpty()) {
            pass(Duration.ofSeconds(1));
        }
    }

    /** What the stream has, as "number task/version status". */
    List<String> told(String name) throws InterruptedException {
        return read(name).stream()
                .map(told -> told.number() + " "
                        + told.envelope().at("/detail/taskArn").asText().replaceFirst(".*/", "") + "/"
                        + told.envelope().at("/detail/version").asLong() + " "
                        + told.envelope().at("/detail/lastStatus").asText())
                .toList();
    }

    List<EventReader.Told> read(String name) throws InterruptedException {
        EventReader.Wanted all = new EventReader.Wanted("", "", 0);
        EventReader reader = new EventReader(ARNS);
        List<EventReader.Told> told = new ArrayList<>();
        long number = 1;
        while (number < EventReader.next(store(name).snapshot())) {
            EventReader.Part part = reader.read(store(name).snapshot(), number, all);
            told.addAll(part.events());
            number = part.next();
        }
        return told;
    }

    void run(String name, String task) throws InterruptedException {
        Workload workload = Workload.newBuilder()
                .setId(task)
                .setScope("default")
                .setCreatedAtMs(now.toEpochMilli())
                .setOrigin(Any.pack(EcsTask.newBuilder()
                        .setTaskDefinitionArn(ARNS.taskDefinition("web", 1))
                        .setGroup("family:web")
                        .setLaunchType("EC2")
                        .build()))
                .setWish(Wish.newBuilder().setDesired(RunState.RUN))
                .setVersion(1)
                .build();
        commit(name, Transaction.builder().create(key(task), workload).build());
    }

    void place(String name, String task) throws InterruptedException {
        Workload workload = task(name, task);
        change(
                name,
                task,
                workload.toBuilder()
                        .setPlacement(Placement.newBuilder().setNode("node"))
                        .setVersion(workload.getVersion() + 1)
                        .build());
    }

    void observe(String name, String task, Phase phase) throws InterruptedException {
        Workload workload = task(name, task);
        change(
                name,
                task,
                workload.toBuilder()
                        .setObserved(Observation.newBuilder().setPhase(phase))
                        .setVersion(workload.getVersion() + 1)
                        .build());
    }

    /** A change that no reader of the API sees. */
    void protect(String name, String task) throws InterruptedException {
        change(
                name,
                task,
                task(name, task).toBuilder()
                        .setProtectedUntilMs(now.toEpochMilli())
                        .build());
    }

    <T extends Message> void create(String name, Key<T> key, T value) throws InterruptedException {
        commit(name, Transaction.builder().create(key, value).build());
    }

    private Workload task(String name, String task) throws InterruptedException {
        return store(name).snapshot().get(key(task)).orElseThrow().value();
    }

    private void change(String name, String task, Workload next) throws InterruptedException {
        commit(
                name,
                Transaction.builder()
                        .update(store(name).snapshot().get(key(task)).orElseThrow(), next)
                        .build());
    }

    private void commit(String name, Transaction write) throws InterruptedException {
        // The store of the one who writes hears of it later, as everybody's.
        if (!(controller(name).store().commit(write) instanceof Commit.Committed)) {
            throw new IllegalStateException("a conflict");
        }
    }

    private static Key<Workload> key(String task) {
        return Kinds.WORKLOAD.key("default", task);
    }

    @Override
    public void close() {
        List.copyOf(controllers.keySet()).forEach(this::kill);
    }
}
