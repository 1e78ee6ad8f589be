package dev.gantry.e2e.simulation;

import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineEvent;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.agent.engine.EngineFacts;
import dev.gantry.agent.engine.Listing;
import dev.gantry.agent.engine.LocalImage;
import dev.gantry.agent.engine.Output;
import dev.gantry.agent.engine.Portrait;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.plan.ObservedContainer.State;
import dev.gantry.agent.simulated.Addresses;
import dev.gantry.agent.simulated.Program;
import dev.gantry.agent.simulated.SimulatedEngine;
import dev.gantry.agent.simulated.Surroundings;
import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.RegistryCredentials;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One node's container engine: that of simulated nodes, in virtual time, with what goes wrong around it. It outlives the agent, and
 * a reboot ends what runs but keeps what was created. What it answers is what Docker answers; {@code EngineDifferenceTest} holds the
 * two against each other.
 */
final class SimRuntime implements ContainerEngine {

    private static final int KILLED = 137;
    private static final Duration NAP_MIN = Duration.ofMillis(10);
    private static final Duration NAP_MAX = Duration.ofMillis(500);

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

    private record Around(Machine machine) implements Surroundings {
        @Override
        public long millis() {
            return machine.millis();
        }

        @Override
        public Program program(Creation creation) {
            return machine.program(creation);
        }

        @Override
        public void starting(Creation creation) {
            // Time has passed before the call.
        }

        @Override
        public void later(Duration delay, Runnable what) {
            machine.later(delay, what);
        }

        @Override
        public void await(BooleanSupplier so) throws InterruptedException {
            Duration nap = NAP_MIN;
            while (!so.getAsBoolean()) {
                machine.sleep(nap);
                nap = nap.compareTo(NAP_MAX) < 0 ? nap.multipliedBy(2) : NAP_MAX;
            }
        }

        @Override
        public void changed() {
            // Whoever waits looks by itself.
        }
    }

    /** A container that nobody has started yet, and the epoch in which it was made. */
    private record Made(String gate, Optional<Long> epoch) {}

    private final Machine machine;
    private final SimulatedEngine engine;
    private final Map<String, Made> made = new TreeMap<>();

    SimRuntime(Machine machine, Addresses addresses) {
        this.machine = machine;
        this.engine = new SimulatedEngine(
                new EngineFacts(
                        "20.10.24",
                        "1.41",
                        2,
                        4L << 30,
                        "Debian",
                        "6.1",
                        "amd64",
                        "systemd",
                        Set.of("json-file", "none")),
                new Around(machine),
                addresses);
    }

    /** One container as it is now. */
    record Container(SimRuntime runtime, Listing listing) {
        String workload() {
            return listing.workload();
        }

        String container() {
            return listing.container();
        }

        /** Its process ends. */
        void exit(int code, boolean memory) {
            runtime.engine.end(listing.id(), code, memory);
        }
    }

    // What happens to it.

    /** Its images are there without a pull. */
    void has(String image) {
        engine.importImage(image, new byte[0]);
    }

    List<Container> running() {
        return all().stream()
                .filter(container -> container.listing().state() == State.RUNNING)
                .toList();
    }

    List<Container> all() {
        return engine.list().stream()
                .map(listing -> new Container(this, listing))
                .toList();
    }

    /** Power is lost and comes back. */
    void reboot() {
        loseWatcher();
        running().forEach(container -> container.exit(KILLED, false));
    }

    /** Who watches hears no more, and is not told of what it misses. */
    void loseWatcher() {
        engine.close();
    }

    /** Somebody else than the engine asks a container's processes to end. */
    void signalTerminate(String id) {
        if (isRunning(id)) {
            engine.terminate(id);
        }
    }

    /** Somebody else than the engine kills a container's processes. */
    void signalKill(String id) {
        engine.end(id, KILLED, false);
    }

    private boolean isRunning(String id) {
        return engine.inspect(id)
                .map(Sighting::container)
                .filter(ObservedContainer::isRunning)
                .isPresent();
    }

    // What it is asked.

    @Override
    public EngineFacts facts() {
        return engine.facts();
    }

    @Override
    public List<Listing> list() throws InterruptedException {
        machine.before("list");
        List<Listing> all = engine.list();
        machine.after("list");
        return all;
    }

    @Override
    public Optional<Sighting> inspect(String idOrName) throws InterruptedException {
        machine.before("inspect");
        Optional<Sighting> found = engine.inspect(idOrName);
        machine.after("inspect");
        return found;
    }

    @Override
    public String create(Creation creation) throws InterruptedException {
        long epoch = machine.epoch();
        machine.before("create");
        check(creation.gate());
        String id = engine.create(creation);
        made.put(id, new Made(creation.gate(), Optional.of(epoch)));
        machine.after("create");
        return id;
    }

    private void check(String gate) {
        if (!gate.isEmpty() && !machine.isThere(gate)) {
            throw new EngineException(
                    Kind.REFUSED, "invalid mount config for type \"bind\": bind source path does not exist: " + gate);
        }
    }

    @Override
    public void start(String id) throws InterruptedException {
        long asked = machine.epoch();
        machine.before("start");
        Made how = made.get(id);
        if (how != null && !isRunning(id)) {
            check(how.gate());
            engine.start(id);
            made.put(id, new Made(how.gate(), Optional.empty()));
            ObservedContainer started = engine.inspect(id).orElseThrow().container();
            String workload = engine.inspect(id).orElseThrow().workload();
            // A first start follows from the creation, whatever the agent heard in between.
            machine.started(workload, started.container(), how.epoch().orElse(asked));
        } else {
            engine.start(id);
        }
        machine.after("start");
    }

    @Override
    public void stop(String id, Duration grace) throws InterruptedException {
        machine.before("stop");
        engine.stop(id, grace);
        machine.after("stop");
    }

    @Override
    public void kill(String id) throws InterruptedException {
        machine.before("kill");
        engine.kill(id);
        machine.after("kill");
    }

    @Override
    public void remove(String id) throws InterruptedException {
        machine.before("remove");
        engine.remove(id);
        made.remove(id);
        machine.after("remove");
    }

    @Override
    public Optional<Bridge> bridge() {
        return engine.bridge();
    }

    @Override
    public void makeNetwork(String network, Bridge bridge) {
        engine.makeNetwork(network, bridge);
    }

    @Override
    public Optional<LocalImage> image(String reference) {
        return engine.image(reference);
    }

    @Override
    public List<LocalImage> images() {
        return engine.images();
    }

    @Override
    public List<String> imagesInUse() {
        return engine.imagesInUse();
    }

    @Override
    public void removeImage(String reference) {
        engine.removeImage(reference);
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
        engine.pull(reference, credentials, patience, progress);
        machine.after("pull");
    }

    @Override
    public void importImage(String reference, byte[] tar) throws InterruptedException {
        machine.before("import");
        engine.importImage(reference, tar);
        machine.after("import");
    }

    @Override
    public boolean hasVolume(String name) {
        return engine.hasVolume(name);
    }

    @Override
    public void createVolume(String name, String driver, Map<String, String> options, Map<String, String> labels) {
        engine.createVolume(name, driver, options, labels);
    }

    @Override
    public List<String> unusedVolumes() {
        return engine.unusedVolumes();
    }

    @Override
    public void removeVolume(String name) {
        engine.removeVolume(name);
    }

    @Override
    public void logs(String id, LogsRequest request, Output output) throws InterruptedException {
        engine.logs(id, request, output);
    }

    @Override
    public Session exec(String id, ExecRequest request, InputStream stdin, Output output) {
        return engine.exec(id, request, stdin, output);
    }

    @Override
    public Session attach(String id, AttachRequest request, InputStream stdin, Output output) {
        return engine.attach(id, request, stdin, output);
    }

    @Override
    public Optional<Portrait> portray(String idOrName) {
        return engine.portray(idOrName);
    }

    @Override
    public ContainerStats stats(String id) {
        return engine.stats(id);
    }

    @Override
    public String statistics(String id, boolean compared) {
        return engine.statistics(id, compared);
    }

    @Override
    public void events(Consumer<EngineEvent> listener) throws InterruptedException {
        engine.events(listener);
    }

    @Override
    public void close() {}
}
