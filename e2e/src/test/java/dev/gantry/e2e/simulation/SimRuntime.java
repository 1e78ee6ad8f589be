package dev.gantry.e2e.simulation;

import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineEvent;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.agent.engine.EngineFacts;
import dev.gantry.agent.engine.Labels;
import dev.gantry.agent.engine.Listing;
import dev.gantry.agent.engine.LocalImage;
import dev.gantry.agent.engine.Output;
import dev.gantry.agent.engine.Portrait;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.plan.ObservedContainer.State;
import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.Health;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.RegistryCredentials;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * One node's container engine: it outlives the agent, and a reboot ends what runs but keeps what was created. What it
 * answers is what Docker answers; {@code EngineDifferenceTest} holds the two against each other.
 */
final class SimRuntime implements ContainerEngine {

    private static final int KILLED = 137;
    private static final int TERMINATED = 143;

    /**
     * What the process in a container does.
     *
     * @param life      until it ends by itself; empty for ever
     * @param exitCode  with which it does
     * @param outOfMemory whether the kernel ends it
     * @param onSigterm how long it takes to end when asked to; empty when it does not listen
     */
    record Program(Optional<Duration> life, int exitCode, boolean outOfMemory, Optional<Duration> onSigterm) {}

    /** What there is around an engine. */
    interface Machine {
        /** Milliseconds since the epoch. */
        long millis();

        Program program(Creation creation);

        /** Time passes before and after what a call does; throws if the engine cannot do it. */
        void before(String call) throws InterruptedException;

        /** The engine has done it; whoever asked may be killed before it hears of it. */
        void after(String call) throws InterruptedException;

        /** Whether the file is there that a container must have mounted. */
        boolean isThere(String gate);

        /** How long a pull takes; throws if it fails. */
        Duration pulling(String reference) throws InterruptedException;

        void later(Duration delay, Runnable what);

        void sleep(Duration duration) throws InterruptedException;

        /** The same, but no longer than the trouble lasts; says whether it is over. */
        boolean sleepInTrouble(Duration duration) throws InterruptedException;

        /** The epoch in which the agent thinks that its node lives. */
        long epoch();

        /** @param epoch at the beginning of what led to this start */
        void started(String workload, String container, long epoch);
    }

    private final Machine machine;
    private final TreeMap<String, Container> byName = new TreeMap<>();
    private final Set<String> images = new TreeSet<>();
    private final Set<String> volumes = new TreeSet<>();
    private Optional<Consumer<EngineEvent>> watching = Optional.empty();
    private long ids;

    SimRuntime(Machine machine) {
        this.machine = machine;
    }

    /** One container; its name follows from the workload. */
    final class Container {
        private final String id = String.format("%064x", ++ids);
        private final Creation creation;
        private final long epoch;
        private State state = State.CREATED;
        private int exitCode;
        private int runs;
        private boolean outOfMemory;
        private long startedAtMs;
        private long finishedAtMs;

        private Container(Creation creation, long epoch) {
            this.creation = creation;
            this.epoch = epoch;
        }

        String workload() {
            return creation.labels().getOrDefault(Labels.WORKLOAD, "");
        }

        String container() {
            return creation.labels().getOrDefault(Labels.CONTAINER, "");
        }

        boolean isRunning() {
            return state == State.RUNNING;
        }

        /** Its process ends. */
        void exit(int code, boolean memory) {
            if (isRunning()) {
                state = State.EXITED;
                exitCode = code;
                outOfMemory = memory;
                finishedAtMs = machine.millis();
                tell(EngineEvent.Change.DIED);
            }
        }

        private void run(long asked) {
            Program program = machine.program(creation);
            state = State.RUNNING;
            startedAtMs = Math.max(startedAtMs + 1, machine.millis());
            int run = ++runs;
            // A first start follows from the creation, whatever the agent heard in between.
            machine.started(workload(), container(), run == 1 ? epoch : asked);
            program.life()
                    .ifPresent(life -> machine.later(life, () -> {
                        if (run == runs) {
                            exit(program.exitCode(), program.outOfMemory());
                        }
                    }));
            tell(EngineEvent.Change.STARTED);
        }

        private void tell(EngineEvent.Change change) {
            SimRuntime.this.tell(new EngineEvent.Changed(id, workload(), container(), change));
        }

        private Sighting sighting() {
            return new Sighting(
                    workload(),
                    new ObservedContainer(
                            id,
                            container(),
                            state,
                            exitCode,
                            outOfMemory,
                            "",
                            startedAtMs,
                            finishedAtMs,
                            Health.HEALTH_UNKNOWN,
                            "sha256:" + creation.spec().getImage(),
                            List.of(),
                            List.of()),
                    0);
        }
    }

    // What happens to it.

    /** Its images are there without a pull. */
    void has(String image) {
        images.add(image);
    }

    List<Container> running() {
        return byName.values().stream().filter(Container::isRunning).toList();
    }

    List<Container> all() {
        return List.copyOf(byName.values());
    }

    /** Power is lost and comes back. */
    void reboot() {
        watching = Optional.empty();
        running().forEach(container -> container.exit(KILLED, false));
    }

    /** Who watches hears no more, and is not told of what it misses. */
    void loseWatcher() {
        watching = Optional.empty();
    }

    private void tell(EngineEvent event) {
        watching.ifPresent(listener -> listener.accept(event));
    }

    private Container find(String idOrName) {
        return lookUp(idOrName)
                .orElseThrow(() -> new EngineException(Kind.NOT_FOUND, "No such container: " + idOrName));
    }

    private Optional<Container> lookUp(String idOrName) {
        return byName.values().stream()
                .filter(container -> container.id.equals(idOrName)
                        || container.creation.name().equals(idOrName))
                .findFirst();
    }

    /** Somebody else than the engine asks a container's processes to end. */
    void signalTerminate(String id) {
        lookUp(id).filter(Container::isRunning).ifPresent(container -> {
            int run = container.runs;
            machine.program(container.creation)
                    .onSigterm()
                    .ifPresent(takes -> machine.later(takes, () -> {
                        if (run == container.runs) {
                            container.exit(TERMINATED, false);
                        }
                    }));
        });
    }

    /** Somebody else than the engine kills a container's processes. */
    void signalKill(String id) {
        lookUp(id).ifPresent(container -> container.exit(KILLED, false));
    }

    // What it is asked.

    @Override
    public EngineFacts facts() {
        return new EngineFacts(
                "20.10.24", "1.41", 2, 4L << 30, "Debian", "6.1", "amd64", "systemd", Set.of("json-file", "none"));
    }

    @Override
    public List<Listing> list() throws InterruptedException {
        machine.before("list");
        List<Listing> all = byName.values().stream()
                .map(container ->
                        new Listing(container.id, container.workload(), container.container(), container.state))
                .toList();
        machine.after("list");
        return all;
    }

    @Override
    public Optional<Sighting> inspect(String idOrName) throws InterruptedException {
        machine.before("inspect");
        Optional<Sighting> found = lookUp(idOrName).map(Container::sighting);
        machine.after("inspect");
        return found;
    }

    @Override
    public String create(Creation creation) throws InterruptedException {
        long epoch = machine.epoch();
        machine.before("create");
        if (!images.contains(creation.spec().getImage())) {
            throw new EngineException(
                    Kind.NOT_FOUND, "No such image: " + creation.spec().getImage());
        }
        if (byName.containsKey(creation.name())) {
            throw new EngineException(Kind.CONFLICT, "The container name /" + creation.name() + " is already in use");
        }
        check(creation.gate());
        Container container = new Container(creation, epoch);
        byName.put(creation.name(), container);
        machine.after("create");
        return container.id;
    }

    private void check(String gate) {
        if (!gate.isEmpty() && !machine.isThere(gate)) {
            throw new EngineException(
                    Kind.REFUSED, "invalid mount config for type \"bind\": bind source path does not exist: " + gate);
        }
    }

    @Override
    public void start(String id) throws InterruptedException {
        long epoch = machine.epoch();
        machine.before("start");
        Container container = find(id);
        if (!container.isRunning()) {
            check(container.creation.gate());
            container.run(epoch);
        }
        machine.after("start");
    }

    @Override
    public void stop(String id, Duration grace) throws InterruptedException {
        machine.before("stop");
        Container container = find(id);
        int run = container.runs;
        if (container.isRunning()) {
            Optional<Duration> reaction =
                    machine.program(container.creation).onSigterm().filter(takes -> takes.compareTo(grace) < 0);
            machine.later(reaction.orElse(grace), () -> {
                if (run == container.runs) {
                    container.exit(reaction.isPresent() ? TERMINATED : KILLED, false);
                }
            });
        }
        while (container.isRunning() && run == container.runs) {
            machine.sleep(Duration.ofMillis(10));
        }
        machine.after("stop");
    }

    @Override
    public void kill(String id) throws InterruptedException {
        machine.before("kill");
        Container container = find(id);
        if (!container.isRunning()) {
            throw new EngineException(Kind.CONFLICT, "Container " + id + " is not running");
        }
        container.exit(KILLED, false);
        machine.after("kill");
    }

    @Override
    public void remove(String id) throws InterruptedException {
        machine.before("remove");
        Optional<Container> found = lookUp(id);
        if (found.filter(Container::isRunning).isPresent()) {
            throw new EngineException(Kind.CONFLICT, "You cannot remove a running container " + id);
        }
        found.ifPresent(container -> {
            byName.remove(container.creation.name());
            container.tell(EngineEvent.Change.REMOVED);
        });
        machine.after("remove");
    }

    @Override
    public Optional<Bridge> bridge() {
        return Optional.empty();
    }

    @Override
    public void makeNetwork(String network, Bridge bridge) {
        throw new UnsupportedOperationException("no network can be made here");
    }

    @Override
    public Optional<LocalImage> image(String reference) {
        return images.contains(reference) ? Optional.of(local(reference)) : Optional.empty();
    }

    private static LocalImage local(String reference) {
        return new LocalImage("sha256:" + reference, List.of(reference), List.of(reference + "@sha256:0"));
    }

    @Override
    public List<LocalImage> images() {
        return images.stream().map(SimRuntime::local).toList();
    }

    @Override
    public List<String> imagesInUse() {
        return byName.values().stream()
                .map(container -> "sha256:" + container.creation.spec().getImage())
                .distinct()
                .toList();
    }

    @Override
    public void removeImage(String reference) {
        images.remove(reference);
    }

    @Override
    public void pull(
            String reference, Optional<RegistryCredentials> credentials, Patience patience, Consumer<String> progress)
            throws InterruptedException {
        Duration takes = machine.pulling(reference);
        boolean stuck = takes.compareTo(patience.inactivity()) > 0;
        boolean healed = machine.sleepInTrouble(stuck ? patience.inactivity() : takes);
        if (stuck && !healed) {
            throw new EngineException(Kind.FAILED, "no progress for " + patience.inactivity());
        }
        images.add(reference);
        tell(new EngineEvent.ImagesChanged());
        machine.after("pull");
    }

    @Override
    public void importImage(String reference, byte[] tar) throws InterruptedException {
        machine.before("import");
        images.add(reference);
        tell(new EngineEvent.ImagesChanged());
        machine.after("import");
    }

    @Override
    public boolean hasVolume(String name) {
        return volumes.contains(name);
    }

    @Override
    public void createVolume(String name, String driver, Map<String, String> options, Map<String, String> labels) {
        volumes.add(name);
    }

    @Override
    public List<String> unusedVolumes() {
        return List.copyOf(volumes);
    }

    @Override
    public void removeVolume(String name) {
        volumes.remove(name);
    }

    @Override
    public void logs(String id, LogsRequest request, Output output) {}

    @Override
    public Session exec(String id, ExecRequest request, InputStream stdin, Output output) {
        throw new EngineException(Kind.REFUSED, "this engine runs no commands");
    }

    @Override
    public Session attach(String id, AttachRequest request, InputStream stdin, Output output) {
        throw new EngineException(Kind.REFUSED, "this engine's containers say nothing");
    }

    @Override
    public Optional<Portrait> portray(String idOrName) {
        return Optional.empty();
    }

    @Override
    public ContainerStats stats(String id) {
        return ContainerStats.getDefaultInstance();
    }

    @Override
    public String statistics(String id, boolean compared) {
        return "{}";
    }

    @Override
    public void events(Consumer<EngineEvent> listener) throws InterruptedException {
        Optional<Consumer<EngineEvent>> mine = Optional.of(listener);
        watching = mine;
        listener.accept(new EngineEvent.Connected());
        while (watching.equals(mine)) {
            machine.sleep(Duration.ofMillis(500));
        }
    }

    @Override
    public void close() {}
}
