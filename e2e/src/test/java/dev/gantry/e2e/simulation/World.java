package dev.gantry.e2e.simulation;

import dev.gantry.controller.ecs.EcsSetup;
import dev.gantry.e2e.simulation.Agenda.Process;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Everything there is in one run: the store, two controllers, some nodes, the network between them, and users. */
final class World {

    static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final List<String> NAMES = List.of("c1", "c2");
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration KEEPALIVE = Duration.ofSeconds(15);

    private final Dice dice;
    private final Agenda agenda = new Agenda();
    private final MemoryBackend backend = new MemoryBackend(() -> START.plus(agenda.elapsed()));
    private final Oracle oracle = new Oracle(this);
    private final Users users;
    private final Process network = new Process();
    private final Map<String, SimController> controllers = new TreeMap<>();
    private final Map<String, SimNode> nodes = new TreeMap<>();
    private final Deque<Stream> streams = new ArrayDeque<>();
    private final Map<Trouble, Integer> counts = new EnumMap<>(Trouble.class);
    private final Set<String> cut = new TreeSet<>();
    private final Set<String> rude = new TreeSet<>();
    private final Set<String> returning = new TreeSet<>();
    private final Consumer<String> timeline;
    private boolean storeDown;
    private boolean slow;
    private boolean pullsFail;
    private boolean sigtermIgnored;
    private Duration restartMax = Duration.ofSeconds(20);

    World(long seed, Consumer<String> timeline) throws InterruptedException {
        this.dice = new Dice(seed);
        this.timeline = timeline;
        this.users = new Users(this, dice.split());
        backend.watch(backend.read().revision(), oracle);
        for (String name : NAMES) {
            controllers.put(name, new SimController(this, name, dice.split()));
        }
        EcsSetup.defaultCluster(controllers().getFirst().store(), "default", START);
        int count = 3 + dice.below(3);
        for (int i = 0; i < count; i++) {
            SimNode node = new SimNode(this, i, dice.split());
            nodes.put(node.id(), node);
            agenda.after(dice.millis(0, 2000), node::startAgent);
        }
        tick();
    }

    Agenda agenda() {
        return agenda;
    }

    Dice dice() {
        return dice;
    }

    MemoryBackend backend() {
        return backend;
    }

    Oracle oracle() {
        return oracle;
    }

    Users users() {
        return users;
    }

    Process network() {
        return network;
    }

    /** Milliseconds since the epoch, by a clock that is right. */
    long millis() {
        return START.plus(agenda.elapsed()).toEpochMilli();
    }

    void say(String what) {
        timeline.accept(String.format(Locale.ROOT, "%9.3f s  %s", agenda.now() / 1e9, what));
    }

    void happened(Trouble trouble) {
        counts.merge(trouble, 1, Integer::sum);
    }

    Map<Trouble, Integer> counts() {
        return counts;
    }

    // Who is there.

    /** Those that live, whether or not they are paused. */
    List<SimController> controllers() {
        return controllers.values().stream()
                .filter(controller -> !controller.process().isKilled())
                .toList();
    }

    Optional<SimController> at(String address) {
        return controllers().stream()
                .filter(controller -> controller.address().equals(address))
                .findFirst();
    }

    String address(int turn) {
        return NAMES.get(turn % NAMES.size()) + ":4567";
    }

    List<SimNode> nodes() {
        return List.copyOf(nodes.values());
    }

    Optional<SimNode> node(String id) {
        return Optional.ofNullable(nodes.get(id));
    }

    void opened(Stream stream) {
        streams.removeIf(Stream::isOver);
        streams.add(stream);
    }

    // The network.

    boolean isCut(SimNode node) {
        return cut.contains(node.id());
    }

    boolean isRude(SimNode node) {
        return rude.contains(node.id());
    }

    Duration latency(Dice chance) {
        if (slow) {
            happened(Trouble.SLOW_NETWORK);
            return chance.happens(0.1) ? chance.millis(500, 6000) : chance.millis(1, 500);
        }
        return chance.millis(0, 8);
    }

    /** From a write to the image that shows it. */
    Duration lag(Dice chance) {
        return slow ? chance.millis(0, 3000) : chance.happens(0.05) ? chance.millis(0, 300) : chance.millis(0, 5);
    }

    void slow(boolean now) {
        slow = now;
    }

    void cut(SimNode node) {
        node.fault();
        happened(Trouble.CUT_NODE);
        say(node.describe().getName() + " is cut off");
        cut.add(node.id());
        agenda.after(KEEPALIVE, () -> {
            if (isCut(node)) {
                tear(node, "keepalive failed");
            }
        });
    }

    void mend(SimNode node) {
        if (cut.remove(node.id())) {
            say(node.describe().getName() + " is back on the network");
            streams.stream()
                    .filter(stream -> stream.agent().node().equals(node))
                    .forEach(Stream::mend);
        }
    }

    void rude(SimNode node, boolean now) {
        if (now) {
            node.fault();
            rude.add(node.id());
        } else if (rude.remove(node.id())) {
            tear(node, "the connection was reset");
        }
    }

    private void tear(SimNode node, String reason) {
        streams.stream().filter(stream -> stream.agent().node().equals(node)).forEach(stream -> stream.tear(reason));
    }

    // The store.

    boolean storeIsDown() {
        return storeDown;
    }

    void storeDown(boolean down) {
        storeDown = down;
        say(down ? "the store is down" : "the store is up");
        if (down) {
            controllers().forEach(controller -> controller.backend().lose("the store is down"));
        }
    }

    void loseWatchers(boolean compacted) throws InterruptedException {
        happened(Trouble.WATCH_LOST);
        backend.loseWatchers("simulated");
        if (compacted) {
            backend.compact(oracle.revision());
        }
        backend.watch(oracle.revision(), oracle);
    }

    /** The store has something new. */
    void tellFollowers() {
        controllers().forEach(SimController::news);
    }

    // The engines.

    boolean pullsFail(SimNode node) {
        return pullsFail;
    }

    void pullsFail(boolean now) {
        pullsFail = now;
    }

    boolean ignoresSigterm(Dice chance) {
        return sigtermIgnored && chance.happens(0.5);
    }

    void sigtermIgnored(boolean now) {
        sigtermIgnored = now;
    }

    void crashAgent(SimNode node, Duration away) {
        node.fault();
        say(node.describe().getName() + ": the agent crashes");
        node.crashAgent();
        agenda.after(away, node::startAgent);
    }

    void reboot(SimNode node, Duration away) {
        node.fault();
        happened(Trouble.NODE_REBOOT);
        say(node.describe().getName() + " reboots");
        tear(node, "the node is gone");
        node.reboot();
        agenda.after(away, node::startAgent);
    }

    // Time.

    private void tick() throws InterruptedException {
        backend.expire(START.plus(agenda.elapsed()));
        tellFollowers();
        for (SimController controller : List.copyOf(controllers.values())) {
            String name = controller.name();
            if (controller.process().isKilled() && returning.add(name)) {
                controller.dispose();
                streams.stream()
                        .filter(stream -> stream.controller().equals(controller))
                        .toList()
                        .forEach(stream -> stream.tear("connection reset by peer"));
                agenda.after(dice.between(Duration.ofMillis(500), restartMax), () -> restart(name));
            }
        }
        agenda.after(TICK, this::tick);
    }

    private void restart(String name) throws InterruptedException {
        if (storeDown) {
            agenda.after(Duration.ofSeconds(1), () -> restart(name));
            return;
        }
        say(name + " starts again");
        returning.remove(name);
        controllers.put(name, new SimController(this, name, dice.split()));
    }

    /** All trouble ends. */
    void heal() {
        say("everything is healed");
        restartMax = Duration.ofSeconds(1);
        slow = false;
        pullsFail = false;
        sigtermIgnored = false;
        if (storeDown) {
            storeDown(false);
        }
        for (SimController controller : controllers()) {
            controller.backend().cut(false);
            controller.backend().trouble(0, 0, 0);
        }
        for (SimNode node : nodes()) {
            mend(node);
            rude(node, false);
            node.startAgent();
        }
    }

    List<SimNode> in(List<SimNode> some, int most) {
        List<SimNode> chosen = new ArrayList<>(some);
        while (chosen.size() > most) {
            chosen.remove(dice.below(chosen.size()));
        }
        return chosen;
    }
}
