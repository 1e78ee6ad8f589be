package dev.gantry.agent.simulated;

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
import dev.gantry.agent.work.Alarm;
import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.RegistryCredentials;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One simulated node's engine. What it answers is what Docker answers; only nothing runs, and every image can be pulled. */
public final class SimulatedEngine implements ContainerEngine {

    private static final int KILLED = 137;
    private static final int TERMINATED = 143;

    private final EngineFacts facts;
    private final Surroundings surroundings;
    private final Addresses addresses;
    private final ReentrantLock lock = new ReentrantLock();
    private final HostPorts ports = new HostPorts();
    private final Map<String, SimulatedContainer> byName = new TreeMap<>();
    private final Map<String, SimulatedContainer> byId = new TreeMap<>();
    private final ImageShelf images = new ImageShelf();
    private final Map<String, Map<String, String>> volumes = new TreeMap<>();
    private Optional<Consumer<EngineEvent>> watching = Optional.empty();
    private long ids;

    /** @param addresses of which its containers get theirs */
    public SimulatedEngine(EngineFacts facts, Surroundings surroundings, Addresses addresses) {
        this.facts = facts;
        this.surroundings = surroundings;
        this.addresses = addresses;
    }

    /** The engine of a node that others see. */
    public static SimulatedEngine of(Simulation simulation, Addresses addresses, InstantSource clock, Alarm alarm) {
        EngineFacts facts = new EngineFacts(
                "simulated",
                "1.41",
                simulation.processors(),
                simulation.memoryBytes(),
                "Gantry simulation",
                "0",
                "amd64",
                "none",
                Set.of("json-file", "none"));
        return new SimulatedEngine(facts, new RealSurroundings(simulation, clock, alarm), addresses);
    }

    // What happens to it.

    /** A container's process ends by itself, or by somebody else than the engine. */
    public void end(String id, int exitCode, boolean outOfMemory) {
        lookUp(id).ifPresent(container -> end(container, () -> true, exitCode, outOfMemory));
    }

    private void end(SimulatedContainer container, BooleanSupplier still, int exitCode, boolean outOfMemory) {
        boolean ended = locked(() -> {
            boolean ends = container.isRunning() && still.getAsBoolean();
            if (ends) {
                ports.giveBack(container.bindings());
                container.addresses().forEach(addresses::giveBack);
                container.end(exitCode, outOfMemory, surroundings.millis());
            }
            return ends;
        });
        if (ended) {
            tell(container.changed(EngineEvent.Change.DIED));
        }
    }

    private void tell(EngineEvent event) {
        locked(() -> watching).ifPresent(listener -> listener.accept(event));
        surroundings.changed();
    }

    private <T> T locked(Supplier<T> what) {
        lock.lock();
        try {
            return what.get();
        } finally {
            lock.unlock();
        }
    }

    private Optional<SimulatedContainer> lookUp(String idOrName) {
        return locked(
                () -> Optional.ofNullable(byId.get(idOrName)).or(() -> Optional.ofNullable(byName.get(idOrName))));
    }

    private SimulatedContainer find(String idOrName) {
        return lookUp(idOrName)
                .orElseThrow(() -> new EngineException(Kind.NOT_FOUND, "No such container: " + idOrName));
    }

    // What it is asked.

    @Override
    public EngineFacts facts() {
        return facts;
    }

    @Override
    public Optional<Bridge> bridge() {
        return Optional.empty();
    }

    @Override
    public void makeNetwork(String network, Bridge bridge) {
        throw new EngineException(Kind.REFUSED, "a simulated engine has no networks");
    }

    @Override
    public List<Listing> list() {
        return locked(
                () -> byName.values().stream().map(SimulatedContainer::listing).toList());
    }

    @Override
    public Optional<Sighting> inspect(String idOrName) {
        return lookUp(idOrName)
                .map(container -> locked(() -> container.sighting(
                        ImageShelf.id(container.creation().spec().getImage()))));
    }

    /** Nobody can ask about itself here, and nobody else wants it in full. */
    @Override
    public Optional<Portrait> portray(String idOrName) {
        return Optional.empty();
    }

    @Override
    public String create(Creation creation) {
        return locked(() -> {
            String image = creation.spec().getImage();
            if (!images.has(image)) {
                throw new EngineException(Kind.NOT_FOUND, "No such image: " + image);
            }
            if (byName.containsKey(creation.name())) {
                throw new EngineException(
                        Kind.CONFLICT, "The container name /" + creation.name() + " is already in use");
            }
            SimulatedContainer container = new SimulatedContainer(newId(creation), creation);
            byName.put(creation.name(), container);
            byId.put(container.id(), container);
            return container.id();
        });
    }

    /** Different from those of an earlier process, which the agent may remember. */
    private String newId(Creation creation) {
        return ImageShelf.sha256(creation.name() + " " + ++ids + " " + surroundings.millis());
    }

    @Override
    public void start(String id) throws InterruptedException {
        SimulatedContainer container = find(id);
        if (locked(container::isRunning)) {
            return;
        }
        surroundings.starting(container.creation());
        Program program = surroundings.program(container.creation());
        int run = locked(() -> begin(container, program));
        tell(container.changed(EngineEvent.Change.STARTED));
        program.life()
                .ifPresent(life -> surroundings.later(
                        life,
                        () -> end(container, () -> container.isIn(run), program.exitCode(), program.outOfMemory())));
    }

    private int begin(SimulatedContainer container, Program program) {
        if (byId.get(container.id()) != container) {
            throw new EngineException(Kind.NOT_FOUND, "No such container: " + container.id());
        }
        if (!container.isConnected()) {
            container.begin(program, List.of(), List.of(), surroundings.millis());
            return container.run();
        }
        List<NetworkBinding> bindings = ports.take(container.creation().spec().getPortsList());
        try {
            container.begin(program, bindings, List.of(addresses.take()), surroundings.millis());
            return container.run();
        } catch (EngineException e) {
            ports.giveBack(bindings);
            throw e;
        }
    }

    @Override
    public void stop(String id, Duration grace) throws InterruptedException {
        SimulatedContainer container = find(id);
        int run = locked(container::run);
        if (grace.isPositive()) {
            terminate(id);
            if (locked(() -> container.isIn(run))) {
                surroundings.later(grace, () -> end(container, () -> container.isIn(run), KILLED, false));
            }
        } else {
            end(container, () -> container.isIn(run), KILLED, false);
        }
        surroundings.await(() -> !locked(() -> container.isIn(run)));
    }

    /** The engine or somebody else asks a container's process to end. */
    public void terminate(String id) {
        SimulatedContainer container = find(id);
        int run = locked(container::run);
        BooleanSupplier still = () -> container.isIn(run);
        Optional<Duration> takes = locked(container::program).onSigterm();
        if (takes.filter(Duration::isZero).isPresent()) {
            end(container, still, TERMINATED, false);
        } else {
            takes.ifPresent(needed -> surroundings.later(needed, () -> end(container, still, TERMINATED, false)));
        }
    }

    @Override
    public void kill(String id) {
        SimulatedContainer container = find(id);
        if (!locked(container::isRunning)) {
            throw new EngineException(Kind.CONFLICT, "Container " + id + " is not running");
        }
        end(id, KILLED, false);
    }

    @Override
    public void remove(String id) {
        Optional<SimulatedContainer> removed = locked(() -> {
            Optional<SimulatedContainer> found = lookUp(id);
            if (found.filter(SimulatedContainer::isRunning).isPresent()) {
                throw new EngineException(Kind.CONFLICT, "You cannot remove a running container " + id);
            }
            found.ifPresent(container -> {
                byName.remove(container.creation().name());
                byId.remove(container.id());
            });
            return found;
        });
        removed.ifPresent(container -> tell(container.changed(EngineEvent.Change.REMOVED)));
    }

    @Override
    public Optional<LocalImage> image(String reference) {
        return images.find(reference);
    }

    @Override
    public List<LocalImage> images() {
        return images.all();
    }

    @Override
    public List<String> imagesInUse() {
        return locked(() -> byName.values().stream()
                .map(container -> ImageShelf.id(container.creation().spec().getImage()))
                .distinct()
                .toList());
    }

    @Override
    public void removeImage(String reference) {
        images.remove(reference);
    }

    /** No registry is asked: every image is there at once, whether it exists or not. */
    @Override
    public void pull(
            String reference, Optional<RegistryCredentials> credentials, Patience patience, Consumer<String> progress) {
        add(reference);
    }

    @Override
    public void importImage(String reference, byte[] tar) {
        add(reference);
    }

    private void add(String reference) {
        images.add(reference);
        tell(new EngineEvent.ImagesChanged());
    }

    @Override
    public boolean hasVolume(String name) {
        return locked(() -> volumes.containsKey(name));
    }

    @Override
    public void createVolume(String name, String driver, Map<String, String> options, Map<String, String> labels) {
        locked(() -> volumes.putIfAbsent(name, labels));
    }

    @Override
    public List<String> unusedVolumes() {
        return locked(() -> {
            Set<String> unused = new TreeSet<>(volumes.keySet());
            unused.removeIf(name -> !volumes.getOrDefault(name, Map.of()).containsKey(Labels.WORKLOAD));
            Set<String> used = new HashSet<>();
            byName.values().forEach(container -> container.creation().binds().forEach(bind -> used.add(bind.source())));
            unused.removeAll(used);
            return List.copyOf(unused);
        });
    }

    @Override
    public void removeVolume(String name) {
        locked(() -> volumes.remove(name));
    }

    /** One line, that says what this is. */
    @Override
    public void logs(String id, LogsRequest request, Output output) throws InterruptedException {
        SimulatedContainer container = find(id);
        long startedAtMs = locked(container::startedAtMs);
        boolean isWanted = startedAtMs > 0 && request.getTail() != 0 && startedAtMs >= request.getSinceMs();
        String time = request.getTimestamps() ? Instant.ofEpochMilli(startedAtMs) + " " : "";
        String line = time + "gantry: nothing runs here, the node is simulated; the image is "
                + container.creation().spec().getImage() + "\n";
        boolean isRead = !isWanted || output.write(Output.Channel.STDOUT, line.getBytes(StandardCharsets.UTF_8));
        if (isRead && request.getFollow()) {
            int run = locked(container::run);
            surroundings.await(() -> !locked(() -> container.isIn(run)));
        }
    }

    @Override
    public Session exec(String id, ExecRequest request, InputStream stdin, Output output) {
        throw new EngineException(
                Kind.REFUSED,
                "its node is simulated, and nothing runs there; commands need a node with a container engine");
    }

    @Override
    public Session attach(String id, AttachRequest request, InputStream stdin, Output output) {
        throw new EngineException(Kind.REFUSED, "its node is simulated, and nothing runs there");
    }

    /** What does not run uses nothing. */
    @Override
    public ContainerStats stats(String id) {
        long limit = find(id).creation().limits().memoryBytes();
        return ContainerStats.newBuilder().setMemoryLimitBytes(limit).build();
    }

    @Override
    public String statistics(String id, boolean compared) {
        throw new EngineException(Kind.REFUSED, "a simulated engine measures nothing");
    }

    @Override
    public void events(Consumer<EngineEvent> listener) throws InterruptedException {
        Optional<Consumer<EngineEvent>> mine = Optional.of(listener);
        locked(() -> watching = mine);
        listener.accept(new EngineEvent.Connected());
        surroundings.await(() -> locked(() -> !watching.equals(mine)));
    }

    /** Ends the stream of events. */
    @Override
    public void close() {
        locked(() -> watching = Optional.empty());
        surroundings.changed();
    }
}
