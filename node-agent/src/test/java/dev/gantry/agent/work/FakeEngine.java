package dev.gantry.agent.work;

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
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.PortMapping;
import dev.gantry.proto.RegistryCredentials;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * A container engine in memory. Containers run until somebody stops them or the test makes them exit; faults are set by the test. It keeps
 * what must never happen: a container that was started more often than its runs allow shows in {@link #starts}.
 */
public final class FakeEngine implements ContainerEngine {

    private static final class Box {
        final String id;
        final Creation creation;
        State state = State.CREATED;
        int exitCode;
        boolean outOfMemory;
        long startedAtMs;
        long finishedAtMs;
        Health health = Health.HEALTH_UNKNOWN;
        String log = "";

        Box(String id, Creation creation) {
            this.id = id;
            this.creation = creation;
        }
    }

    private final InstantSource clock;
    private final Map<String, Box> boxes = new TreeMap<>();
    private final Map<String, LocalImage> images = new TreeMap<>();
    private final Map<String, LocalImage> registry = new TreeMap<>();
    private final Map<String, String> passwords = new TreeMap<>();
    private final Set<String> volumes = new TreeSet<>();
    private final Map<String, Integer> starts = new TreeMap<>();
    private final Map<String, EngineException> faults = new TreeMap<>();
    private final List<String> calls = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, Map<String, String>> volumeOptions = new TreeMap<>();
    private final Map<String, Portrait> portraits = new TreeMap<>();
    private volatile BiFunction<String, Boolean, String> statistics = (id, compared) -> "{}";
    private Consumer<EngineEvent> listener = event -> {};
    private volatile boolean logsNeverEnd;
    private volatile boolean empty;
    private int ids;
    private int ports = 32768;

    public FakeEngine(InstantSource clock) {
        this.clock = clock;
    }

    /** An image that was built on the machine. */
    public synchronized void hasImage(String reference) {
        images.put(reference, new LocalImage("sha256:" + reference, List.of(reference), List.of()));
    }

    /** An image that can be pulled. */
    public synchronized void registryHas(String reference) {
        registry.put(
                reference,
                new LocalImage("sha256:" + reference, List.of(reference), List.of(reference + "@sha256:digest")));
    }

    /** The same for those who know a password. */
    public synchronized void registryHas(String reference, String password) {
        registryHas(reference);
        passwords.put(reference, password);
    }

    /** The next call of this name fails so. */
    public synchronized void failNext(String call, Kind kind, String message) {
        faults.put(call, new EngineException(kind, message));
    }

    /** Names of the calls so far, with what they were about. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    /** How often each container was started, by the engine's name of it. */
    public synchronized Map<String, Integer> starts() {
        return Map.copyOf(starts);
    }

    /** What a container was made of. */
    public Creation creation(String workload, String container) {
        return box(workload, container).creation;
    }

    /** The container's process ends by itself. */
    public void exits(String workload, String container, int exitCode) {
        exit(box(workload, container), exitCode);
    }

    public void becomes(String workload, String container, Health health) {
        Box box = box(workload, container);
        synchronized (this) {
            box.health = health;
        }
        tell(box, EngineEvent.Change.HEALTH);
    }

    /** Somebody removes a container behind the agent's back. */
    public void vanishes(String workload, String container) {
        Box box = box(workload, container);
        synchronized (this) {
            boxes.remove(box.id);
        }
        tell(box, EngineEvent.Change.REMOVED);
    }

    /** The event stream comes (again). */
    public void connects() {
        listener.accept(new EngineEvent.Connected());
    }

    private synchronized Box box(String workload, String container) {
        return boxes.values().stream()
                .filter(box -> workload.equals(box.creation.labels().get(Labels.WORKLOAD)))
                .filter(box -> container.equals(box.creation.labels().get(Labels.CONTAINER)))
                .findFirst()
                .orElseThrow();
    }

    private void exit(Box box, int exitCode) {
        synchronized (this) {
            if (box.state != State.RUNNING) {
                return;
            }
            box.state = State.EXITED;
            box.exitCode = exitCode;
            box.finishedAtMs = clock.millis();
        }
        tell(box, EngineEvent.Change.DIED);
    }

    private void tell(Box box, EngineEvent.Change change) {
        Map<String, String> labels = box.creation.labels();
        listener.accept(new EngineEvent.Changed(
                box.id, labels.getOrDefault(Labels.WORKLOAD, ""), labels.getOrDefault(Labels.CONTAINER, ""), change));
    }

    private synchronized void called(String call, String subject) {
        calls.add(call + " " + subject);
        EngineException fault = faults.remove(call);
        if (fault != null) {
            throw fault;
        }
    }

    private synchronized Box find(String idOrName) {
        return boxes.values().stream()
                .filter(box -> box.id.equals(idOrName) || box.creation.name().equals(idOrName))
                .findFirst()
                .orElseThrow(() -> new EngineException(Kind.NOT_FOUND, "No such container: " + idOrName));
    }

    @Override
    public EngineFacts facts() {
        called("facts", "");
        return new EngineFacts(
                "20.10.24",
                "1.41",
                4,
                8L << 30,
                "Debian",
                "6.1",
                "amd64",
                "systemd",
                Set.of("json-file", "none", "syslog"));
    }

    @Override
    public boolean runsPrograms() {
        return !empty;
    }

    /** Its containers have nothing in them. */
    public void runsNothing() {
        empty = true;
    }

    @Override
    public synchronized List<Listing> list() {
        called("list", "");
        return boxes.values().stream()
                .map(box -> new Listing(
                        box.id,
                        box.creation.labels().getOrDefault(Labels.WORKLOAD, ""),
                        box.creation.labels().getOrDefault(Labels.CONTAINER, ""),
                        box.state))
                .toList();
    }

    @Override
    public synchronized Optional<Sighting> inspect(String idOrName) {
        called("inspect", idOrName);
        return boxes.values().stream()
                .filter(box -> box.id.equals(idOrName) || box.creation.name().equals(idOrName))
                .findFirst()
                .map(this::sighting);
    }

    private Sighting sighting(Box box) {
        Map<String, String> labels = box.creation.labels();
        boolean running = box.state == State.RUNNING;
        return new Sighting(
                labels.getOrDefault(Labels.WORKLOAD, ""),
                new ObservedContainer(
                        box.id,
                        labels.getOrDefault(Labels.CONTAINER, ""),
                        box.state,
                        box.exitCode,
                        box.outOfMemory,
                        "",
                        box.startedAtMs,
                        box.finishedAtMs,
                        box.health,
                        "sha256:" + box.creation.spec().getImage(),
                        running ? bindings(box) : List.of(),
                        running ? List.of("172.17.0.2") : List.of()),
                0);
    }

    private List<NetworkBinding> bindings(Box box) {
        return box.creation.spec().getPortsList().stream()
                .map(port -> NetworkBinding.newBuilder()
                        .setBindIp("0.0.0.0")
                        .setContainerPort(port.getContainerPort())
                        .setHostPort(hostPort(port))
                        .setProtocol(port.getProtocol())
                        .build())
                .toList();
    }

    private int hostPort(PortMapping port) {
        return port.getHostPort() > 0 ? port.getHostPort() : ports++;
    }

    @Override
    public synchronized String create(Creation creation) {
        called("create", creation.name());
        if (!images.containsKey(creation.spec().getImage())) {
            throw new EngineException(
                    Kind.NOT_FOUND, "No such image: " + creation.spec().getImage());
        }
        if (boxes.values().stream().anyMatch(box -> box.creation.name().equals(creation.name()))) {
            throw new EngineException(Kind.CONFLICT, "The container name " + creation.name() + " is already in use");
        }
        Box box = new Box("c" + ids++, creation);
        boxes.put(box.id, box);
        return box.id;
    }

    @Override
    public void start(String id) {
        Box box = find(id);
        synchronized (this) {
            called("start", box.creation.name());
            if (box.state == State.RUNNING) {
                return;
            }
            box.state = State.RUNNING;
            // Two starts within one millisecond are two runs.
            box.startedAtMs = Math.max(box.startedAtMs + 1, clock.millis());
            starts.merge(box.creation.name(), 1, Integer::sum);
        }
        tell(box, EngineEvent.Change.STARTED);
    }

    @Override
    public void stop(String id, Duration grace) {
        called("stop", id);
        exit(find(id), 143);
    }

    @Override
    public void kill(String id) {
        called("kill", id);
        exit(find(id), 137);
    }

    @Override
    public synchronized void remove(String id) {
        called("remove", id);
        boxes.remove(id);
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
    public synchronized Optional<LocalImage> image(String reference) {
        called("image", reference);
        return Optional.ofNullable(images.get(reference));
    }

    @Override
    public synchronized List<LocalImage> images() {
        return List.copyOf(images.values());
    }

    @Override
    public synchronized List<String> imagesInUse() {
        return boxes.values().stream()
                .map(box -> "sha256:" + box.creation.spec().getImage())
                .toList();
    }

    @Override
    public synchronized void removeImage(String reference) {
        called("removeImage", reference);
        images.remove(reference);
    }

    @Override
    public synchronized void pull(
            String reference, Optional<RegistryCredentials> credentials, Patience patience, Consumer<String> progress) {
        called("pull", reference);
        LocalImage image = registry.get(reference);
        String wanted = passwords.getOrDefault(reference, "");
        String given = credentials.map(RegistryCredentials::getPassword).orElse("");
        if (image == null || !wanted.equals(given)) {
            throw new EngineException(Kind.FAILED, "manifest for " + reference + " not found");
        }
        images.put(reference, image);
        listener.accept(new EngineEvent.ImagesChanged());
    }

    @Override
    public synchronized void importImage(String reference, byte[] tar) {
        called("importImage", reference);
        hasImage(reference);
    }

    @Override
    public synchronized boolean hasVolume(String name) {
        return volumes.contains(name);
    }

    @Override
    public synchronized void createVolume(
            String name, String driver, Map<String, String> options, Map<String, String> labels) {
        called("createVolume", name);
        volumes.add(name);
        volumeOptions.put(name, options);
    }

    /** What a volume was made with. */
    public synchronized Map<String, String> volumeOptions(String name) {
        return volumeOptions.getOrDefault(name, Map.of());
    }

    @Override
    public synchronized List<String> unusedVolumes() {
        return List.copyOf(volumes);
    }

    @Override
    public synchronized void removeVolume(String name) {
        called("removeVolume", name);
        volumes.remove(name);
    }

    @Override
    public void logs(String id, LogsRequest request, Output output) throws InterruptedException {
        output.write(Output.Channel.STDOUT, find(id).log.getBytes(StandardCharsets.UTF_8));
        if (logsNeverEnd) {
            closed.await();
        }
    }

    /** From now on the end of a log is not told. */
    public synchronized void hangsInLogs() {
        logsNeverEnd = true;
    }

    /** What the container has written so far. */
    public void writes(String workload, String container, String text) {
        Box box = box(workload, container);
        synchronized (this) {
            box.log += text;
        }
    }

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
        return Optional.ofNullable(portraits.get(idOrName));
    }

    @Override
    public ContainerStats stats(String id) {
        return ContainerStats.newBuilder().setMemoryBytes(1 << 20).build();
    }

    @Override
    public String statistics(String id, boolean compared) {
        return statistics.apply(id, compared);
    }

    /** What it says of containers from now on. */
    public void statisticsBy(BiFunction<String, Boolean, String> answers) {
        statistics = answers;
    }

    /** A container of which it tells in full. */
    public void portrays(String name, Portrait portrait) {
        portraits.put(name, portrait);
    }

    @Override
    public void events(Consumer<EngineEvent> taker) throws InterruptedException {
        listener = taker;
        taker.accept(new EngineEvent.Connected());
        closed.await();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
