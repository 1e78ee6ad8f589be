package dev.gantry.e2e.simulation;

import dev.gantry.agent.simulated.Addresses;
import dev.gantry.controller.ecs.EcsSetup;
import dev.gantry.e2e.simulation.Agenda.Process;
import dev.gantry.store.UnavailableException;
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
final class World implements AutoCloseable {

    static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final List<String> NAMES = List.of("c1", "c2");
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration RESTART = Duration.ofSeconds(1);
    private static final Duration KEEPALIVE = Duration.ofSeconds(15);

    private final Dice dice;
    private final Agenda agenda = new Agenda();
    private final MemoryBackend backend = new MemoryBackend(this::storeClock);
    private final Oracle oracle = new Oracle(this);
    private final SimPods pods = new SimPods(this);
    private final SimEvents events = new SimEvents(this);
    private final Moments moments = new Moments(this);
    private final Users users;
    private final KubeUsers kubeUsers;
    private final KubeOperators kubeOperators;
    private final EcsOperators ecsOperators;
    private final SimRoom room = new SimRoom(this);
    private final Addresses addresses = new Addresses();
    private final Process network = new Process();
    private final Map<String, SimController> controllers = new TreeMap<>();
    private final Map<String, SimNode> nodes = new TreeMap<>();
    private final Deque<Stream> streams = new ArrayDeque<>();
    private final Map<Trouble, Integer> counts = new EnumMap<>(Trouble.class);
    private final Map<String, Cut> cut = new TreeMap<>();
    private final Map<String, Set<Trouble>> rude = new TreeMap<>();
    private final Set<String> returning = new TreeSet<>();
    private final Consumer<String> timeline;
    private boolean storeDown;
    private Duration suspended = Duration.ZERO;
    private long suspendedUntil;
    private boolean slow;
    private boolean storeSlow;
    private boolean storeChangesLeader;
    private boolean pullsFail;
    private boolean pullsSlow;
    private boolean sigtermIgnored;
    private boolean healed;
    private Duration restartMax = Duration.ofSeconds(20);

    World(long seed, Consumer<String> timeline) throws InterruptedException {
        this.dice = new Dice(seed);
        this.timeline = timeline;
        this.users = new Users(this, dice.split());
        this.kubeUsers = new KubeUsers(this, dice.split());
        // From the same seed, without taking anything from the dice of the others.
        this.kubeOperators = new KubeOperators(this, new Dice(~seed));
        this.ecsOperators = new EcsOperators(this, new Dice(~seed ^ 1));
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

    /** Of all containers. */
    Addresses addresses() {
        return addresses;
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

    Moments moments() {
        return moments;
    }

    Users users() {
        return users;
    }

    /** Those of the Kubernetes API. */
    KubeUsers kubeUsers() {
        return kubeUsers;
    }

    /** Those who run daemons, cron jobs and urgent pods. */
    KubeOperators kubeOperators() {
        return kubeOperators;
    }

    /** Those who run daemons of ECS, and take nodes out of service for a while. */
    EcsOperators ecsOperators() {
        return ecsOperators;
    }

    SimPods pods() {
        return pods;
    }

    SimEvents events() {
        return events;
    }

    SimRoom room() {
        return room;
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

    /** Which turn the controller at an address has. */
    int turn(String address) {
        return NAMES.indexOf(address.replaceFirst(":.*", ""));
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

    /** What does not get through between a node and controllers. */
    private record Cut(Optional<String> controller, boolean up, boolean down) {
        boolean holdsBack(String address, boolean upwards) {
            return controller.map(address::equals).orElse(true) && (upwards ? up : down);
        }
    }

    boolean isCut(SimNode node, String controller, boolean up) {
        return cut.containsKey(node.id()) && cut.get(node.id()).holdsBack(controller, up);
    }

    /** Without both directions there is no connection. */
    boolean isCut(SimNode node, String controller) {
        return isCut(node, controller, true) || isCut(node, controller, false);
    }

    boolean isRude(SimNode node, Trouble how) {
        return rude.getOrDefault(node.id(), Set.of()).contains(how);
    }

    Duration latency(Dice chance) {
        if (slow) {
            happened(Trouble.MESSAGE_DELAYED);
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
        cut(node, Trouble.NODE_CUT, new Cut(Optional.empty(), true, true));
    }

    void cutFrom(SimNode node, String controller) {
        cut(node, Trouble.NODE_CUT_FROM_ONE_CONTROLLER, new Cut(Optional.of(controller), true, true));
    }

    void cutOneWay(SimNode node, boolean up) {
        cut(node, Trouble.NODE_CUT_ONE_WAY, new Cut(Optional.empty(), up, !up));
    }

    private void cut(SimNode node, Trouble how, Cut gap) {
        node.fault();
        happened(how);
        say(node.describe().getName() + " is cut off: " + how + " "
                + gap.controller().orElse(""));
        cut.put(node.id(), gap);
        agenda.after(KEEPALIVE, () -> {
            if (gap.equals(cut.get(node.id()))) {
                streams.stream()
                        .filter(stream -> stream.agent().node().equals(node)
                                && isCut(node, stream.controller().address()))
                        .forEach(stream -> stream.tear("keepalive failed"));
            }
        });
    }

    void mend(SimNode node) {
        if (cut.remove(node.id()) != null) {
            say(node.describe().getName() + " is back on the network");
            streams.stream()
                    .filter(stream -> stream.agent().node().equals(node))
                    .forEach(Stream::mend);
        }
    }

    void rude(SimNode node, Trouble how, boolean now) {
        if (now) {
            node.fault();
            rude.computeIfAbsent(node.id(), _ -> new TreeSet<>()).add(how);
        } else if (rude.getOrDefault(node.id(), new TreeSet<>()).remove(how)) {
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

    boolean storeIsSlow() {
        return storeSlow;
    }

    void storeSlow(boolean now) {
        storeSlow = now;
        say(now ? "the store is slow" : "the store is as fast as ever");
    }

    boolean storeChangesLeader() {
        return storeChangesLeader;
    }

    /** For as long as it elects one it answers nobody; what was on its way to the old one may have been written. */
    void storeChangesLeader(boolean now) {
        storeChangesLeader = now;
        say(now ? "the store elects a leader" : "the store has a leader");
        if (now) {
            controllers().forEach(controller -> controller.backend().lose("the store has no leader"));
        }
    }

    /** Who watches has to read again. */
    void loseWatchers(Trouble why) {
        happened(why);
        say("watches end: " + why);
        backend.loseWatchers("simulated");
        if (why == Trouble.STORE_COMPACTED) {
            backend.compact(oracle.revision());
            events.compacted(oracle.revision());
        }
        backend.watch(oracle.revision(), oracle);
    }

    /** The store has something new. */
    void tellFollowers() {
        controllers().forEach(SimController::news);
    }

    // The engines.

    boolean pullsFail() {
        return pullsFail;
    }

    void pullsFail(boolean now) {
        pullsFail = now;
    }

    boolean pullsSlow() {
        return pullsSlow;
    }

    void pullsSlow(boolean now) {
        pullsSlow = now;
    }

    /** Whether the trouble is over for good. */
    boolean isHealed() {
        return healed;
    }

    boolean sigtermIgnored() {
        return sigtermIgnored;
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

    void pauseAgent(SimNode node, Duration away) {
        node.fault();
        say(node.describe().getName() + ": the agent pauses for " + away);
        node.agent().ifPresent(agent -> agenda.pause(agent.process(), away));
    }

    void diskFull(SimNode node, boolean full) {
        node.fault();
        say(node.describe().getName() + (full ? ": the disk is full" : ": the disk has room"));
        node.diskFull(full);
    }

    void engineDown(SimNode node, boolean down) {
        node.fault();
        say(node.describe().getName() + (down ? ": the engine is down" : ": the engine is up"));
        node.engineDown(down);
    }

    void reboot(SimNode node, Duration away) {
        node.fault();
        say(node.describe().getName() + " reboots");
        tear(node, "the node is gone");
        node.reboot();
        agenda.after(away, node::startAgent);
    }

    // Time.

    /** The store's clock stands still while its machine is suspended. */
    private Instant storeClock() {
        return START.plus(agenda.elapsed()).minus(suspended);
    }

    /** The machine of the store and the controllers stands still; those of the nodes do not. */
    void suspend(Duration duration) {
        say("the controllers' machine is suspended for " + duration);
        suspended = suspended.plus(duration);
        suspendedUntil = agenda.now() + duration.toNanos();
        controllers().forEach(controller -> agenda.pause(controller.process(), duration));
    }

    boolean isSuspended() {
        return agenda.now() < suspendedUntil;
    }

    private void tick() throws InterruptedException {
        if (!isSuspended()) {
            backend.expire(storeClock());
        }
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

    /** As its keeper does it: again and again, because without a store it ends at once. */
    private void restart(String name) throws InterruptedException {
        if (!returning.contains(name)) {
            return; // Healing was earlier.
        }
        if (storeDown) {
            agenda.after(RESTART, () -> restart(name));
            return;
        }
        say(name + " starts again");
        SimController started;
        try {
            started = new SimController(this, name, dice.split());
        } catch (UnavailableException e) {
            say(name + " cannot start: " + e.getMessage());
            agenda.after(RESTART, () -> restart(name));
            return;
        }
        returning.remove(name);
        controllers.put(name, started);
    }

    /** All trouble ends. */
    void heal() throws InterruptedException {
        say("everything is healed");
        restartMax = Duration.ofSeconds(1);
        slow = false;
        pullsFail = false;
        pullsSlow = false;
        healed = true;
        sigtermIgnored = false;
        storeSlow = false;
        storeChangesLeader = false;
        if (storeDown) {
            storeDown(false);
        }
        for (String name : List.copyOf(returning)) {
            restart(name);
        }
        for (SimController controller : controllers()) {
            controller.backend().cut(false);
            controller.backend().renewals(false);
            controller.backend().trouble(0, 0, 0);
        }
        for (SimNode node : nodes()) {
            mend(node);
            rude.getOrDefault(node.id(), Set.of()).stream().toList().forEach(how -> rude(node, how, false));
            node.diskFull(false);
            node.engineDown(false);
            node.startAgent();
        }
    }

    /** A promise was broken; whatever the code under test makes of the error, the run is over. */
    Violation broken(String rule, String what) {
        Violation violation = new Violation(rule, what);
        agenda.fail(violation);
        return violation;
    }

    @Override
    public void close() {
        controllers.values().forEach(SimController::dispose);
        agenda.close();
    }

    List<SimNode> in(List<SimNode> some, int most) {
        List<SimNode> chosen = new ArrayList<>(some);
        while (chosen.size() > most) {
            chosen.remove(dice.below(chosen.size()));
        }
        return chosen;
    }
}
