package dev.gantry.e2e.simulation;

import dev.gantry.agent.connection.LinkEffect;
import dev.gantry.agent.connection.LinkInput;
import dev.gantry.agent.connection.LinkRules;
import dev.gantry.agent.connection.LinkState;
import dev.gantry.agent.connection.LinkTiming;
import dev.gantry.agent.connection.Obeyed;
import dev.gantry.agent.connection.ReportQueue;
import dev.gantry.agent.plan.Fact;
import dev.gantry.agent.plan.Memory;
import dev.gantry.agent.plan.WorkloadPlanner;
import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.e2e.simulation.Agenda.Process;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.Hello;
import dev.gantry.proto.Reports;
import dev.gantry.proto.ToAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** One agent process: the real link rules, report queue and planner; threads and files are lanes and fields. */
final class SimAgent {

    private static final int REDIRECTS_MAX = 3;
    private static final int UNANSWERED_MAX = 20;
    private static final Duration TICK_MAX = Duration.ofSeconds(30);

    private final SimNode node;
    private final World world;
    private final Dice dice;
    private final Process process = new Process();
    private final Lane link = new Lane(process);
    private final LinkTiming timing = LinkTiming.DEFAULT;
    private final LinkRules rules = new LinkRules(timing.silenceMax());
    private final ReportQueue reports = new ReportQueue();
    private final WorkloadPlanner planner = new WorkloadPlanner(Duration.ofSeconds(4), Duration.ofSeconds(20));
    private final TreeMap<String, SimKeeper> keepers = new TreeMap<>();
    private Obeyed obeyed;
    private LinkState state;
    private Optional<Stream> stream = Optional.empty();
    private Optional<String> leader = Optional.empty();
    private int failures;
    private int redirects;
    private int turn;
    private long tick;
    private boolean told;
    private boolean listed;

    SimAgent(SimNode node) {
        this.node = node;
        this.world = node.world();
        this.dice = node.dice().split();
        this.obeyed = node.kept();
        this.state = LinkState.connected(obeyed, world.agenda().now());
        node.runtime()
                .onDeath(container -> world.agenda()
                        .after(
                                dice.millis(1, 30),
                                new Lane(process),
                                () -> look(container.workload(), container.id())));
        if (obeyed.revision() > 0) {
            obey(obeyed);
        }
        world.agenda().after(dice.millis(10, 300), new Lane(process), this::list);
        world.agenda().after(dice.millis(0, 200), link, this::seek);
    }

    SimNode node() {
        return node;
    }

    String nodeId() {
        return node.id();
    }

    Process process() {
        return process;
    }

    Dice dice() {
        return dice;
    }

    WorkloadPlanner planner() {
        return planner;
    }

    boolean isListed() {
        return listed;
    }

    Optional<Stream> stream() {
        return stream;
    }

    void kill() {
        process.kill();
        stream.ifPresent(Stream::endedByAgent);
    }

    // The link.

    private void seek() {
        String address = leader.orElse(world.address(turn));
        Optional<SimController> controller = world.at(address);
        reports.takeBack();
        if (world.isCut(node) || controller.isEmpty()) {
            boolean refused = !world.isCut(node);
            Duration wait = refused ? dice.millis(1, 50) : dice.millis(1000, 5000);
            world.agenda().after(wait, link, () -> left(address, false, Optional.empty()));
            return;
        }
        Stream opened = new Stream(world, this, controller.get());
        stream = Optional.of(opened);
        world.opened(opened);
        state = LinkState.connected(obeyed, world.agenda().now());
        opened.toController(FromAgent.newBuilder()
                .setHello(Hello.newBuilder()
                        .setNodeId(node.id())
                        .setInfo(node.describe())
                        .setDesiredRevision(obeyed.revision())
                        .setEpoch(obeyed.epoch()))
                .build());
        scheduleTick();
    }

    private void left(String address, boolean welcomed, Optional<String> next) {
        failures = welcomed ? 1 : failures + 1;
        redirects = next.isPresent() ? redirects + 1 : 0;
        if (next.isPresent() && redirects <= REDIRECTS_MAX) {
            leader = next;
            world.agenda().after(dice.millis(1, 5), link, this::seek);
            return;
        }
        leader = welcomed ? Optional.of(address) : Optional.empty();
        turn = welcomed ? turn : turn + 1;
        redirects = 0;
        world.agenda().after(timing.pause(failures, dice.fraction()), link, this::seek);
    }

    void hears(Stream from, ToAgent message) {
        input(from, new LinkInput.Said(message));
    }

    void broken(Stream from, String reason) {
        input(from, new LinkInput.Broken(reason));
    }

    private void input(Stream from, LinkInput input) {
        world.agenda().after(Duration.ZERO, link, () -> {
            if (stream.filter(from::equals).isPresent()) {
                step(input);
                if (stream.isPresent()) {
                    step(new LinkInput.Ticked());
                }
                scheduleTick();
            }
        });
    }

    private void scheduleTick() {
        if (stream.isEmpty()) {
            return;
        }
        long mine = ++tick;
        Duration due = rules.untilDue(state, world.agenda().now());
        world.agenda().after(due.compareTo(TICK_MAX) < 0 ? due : TICK_MAX, link, () -> {
            if (mine == tick && stream.isPresent()) {
                step(new LinkInput.Ticked());
                scheduleTick();
            }
        });
    }

    private void step(LinkInput input) {
        LinkRules.Step step = rules.step(state, input, world.agenda().now());
        state = step.state();
        world.oracle().bounded("unanswered heartbeats", state.unanswered().size(), UNANSWERED_MAX);
        step.effects().forEach(this::perform);
        if (stream.isPresent() && state.welcomed()) {
            sendReports();
        }
    }

    private void perform(LinkEffect effect) {
        switch (effect) {
            case LinkEffect.Send(FromAgent message) -> stream.orElseThrow().toController(message);
            case LinkEffect.Obey(Obeyed newer) -> {
                node.keep(newer);
                obeyed = newer;
                obey(newer);
            }
            case LinkEffect.Report _ -> keepers.values().forEach(SimKeeper::reportAgain);
            case LinkEffect.Acknowledge(long sequence) -> reports.acknowledge(sequence);
            case LinkEffect.Open _ -> {}
            case LinkEffect.Leave(String reason, var next) -> {
                Stream gone = stream.orElseThrow();
                world.say(node.describe().getName() + " leaves "
                        + gone.controller().name() + ": " + reason);
                stream = Optional.empty();
                tick++;
                gone.endedByAgent();
                left(gone.controller().address(), state.welcomed(), next.map(Object::toString));
            }
        }
    }

    private void sendReports() {
        for (Optional<Reports> batch = reports.next(); batch.isPresent(); batch = reports.next()) {
            stream.orElseThrow()
                    .toController(FromAgent.newBuilder().setReports(batch.get()).build());
        }
    }

    ReportQueue reports() {
        return reports;
    }

    /** There are reports to send. */
    void reported() {
        stream.ifPresent(open -> input(open, new LinkInput.Reported()));
    }

    // The workshop.

    private void obey(Obeyed set) {
        told = true;
        // Sorted, because the order of the set differs from one process to the next.
        new TreeMap<>(set.workloads()).values().forEach(one -> keeper(key(one)).obey(one));
        Set<String> wanted = new TreeSet<>(set.workloads().keySet());
        for (SimKeeper keeper : List.copyOf(keepers.values())) {
            if (!wanted.contains(keeper.key())) {
                keeper.dismiss();
            }
        }
        keepers.values().removeIf(keeper -> {
            boolean gone = keeper.isOver() && !wanted.contains(keeper.key());
            if (gone) {
                node.forget(keeper.key());
            }
            return gone;
        });
    }

    static String key(DesiredWorkload workload) {
        return workload.getScope() + "/" + workload.getId();
    }

    private SimKeeper keeper(String key) {
        return keepers.computeIfAbsent(
                key,
                _ -> new SimKeeper(
                        this,
                        key,
                        node.recall(key)
                                .map(kept -> Memory.recall(kept.observed(), kept.begun()))
                                .orElse(Memory.EMPTY)));
    }

    /** What the engine has is known before anything is decided. */
    private void list() {
        List<SimKeeper> found = new ArrayList<>();
        for (SimRuntime.Container container : node.runtime().all()) {
            SimKeeper keeper = keeper(container.workload());
            if (told && keeper.desired().isEmpty()) {
                keeper.dismiss();
            }
            keeper.learn(new Fact.Seen(container.seen()));
            found.add(keeper);
        }
        listed = true;
        keepers.values().forEach(SimKeeper::wake);
    }

    private void look(String workload, String id) {
        SimKeeper keeper = keepers.get(workload);
        if (keeper != null) {
            node.runtime().byId(id).ifPresent(container -> keeper.learn(new Fact.Seen(container.seen())));
        }
    }
}
