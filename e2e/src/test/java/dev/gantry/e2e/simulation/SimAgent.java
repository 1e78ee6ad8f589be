package dev.gantry.e2e.simulation;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.Fence;
import dev.gantry.agent.HealthInquiry;
import dev.gantry.agent.Routing;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.connection.LinkEffect;
import dev.gantry.agent.connection.LinkInput;
import dev.gantry.agent.connection.LinkRules;
import dev.gantry.agent.connection.LinkState;
import dev.gantry.agent.connection.LinkTiming;
import dev.gantry.agent.connection.Obeyed;
import dev.gantry.agent.connection.ReportQueue;
import dev.gantry.agent.engine.EngineEvent;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.work.EngineWorkshop;
import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.e2e.simulation.Agenda.Process;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.Hello;
import dev.gantry.proto.Phase;
import dev.gantry.proto.Reports;
import dev.gantry.proto.ToAgent;
import dev.gantry.proto.WorkloadReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One agent process: the real link rules, report queue and workshop; its threads are lanes, its files are fields. */
final class SimAgent {

    private static final int REDIRECTS_MAX = 3;
    private static final int UNANSWERED_MAX = 20;
    private static final Duration TICK_MAX = Duration.ofSeconds(30);
    private static final Duration EVENTS_AGAIN = Duration.ofMillis(500);
    private static final AgentSettings.Times TIMES =
            new AgentSettings.Times(Duration.ofSeconds(4), Duration.ofSeconds(20));

    private final SimNode node;
    private final World world;
    private final Dice dice;
    private final Process process = new Process();
    private final Lane link = new Lane(process);
    private final LinkTiming timing = LinkTiming.DEFAULT;
    private final LinkRules rules = new LinkRules(timing.silenceMax());
    private final ReportQueue reports = new ReportQueue();
    private final Lane events = new Lane(process);
    private final EngineWorkshop workshop;
    private final Map<String, Phase> phases = new TreeMap<>();
    private Obeyed obeyed;
    private LinkState state;
    private Optional<Stream> stream = Optional.empty();
    private Optional<String> leader = Optional.empty();
    private int failures;
    private int redirects;
    private int turn;
    private long tick;

    SimAgent(SimNode node) throws InterruptedException {
        this.node = node;
        this.world = node.world();
        this.dice = node.dice().split();
        this.obeyed = node.kept();
        this.state = LinkState.connected(obeyed, world.agenda().now());
        this.workshop = open();
        if (obeyed.revision() > 0) {
            obey(obeyed);
        }
        world.agenda().after(dice.millis(10, 300), new Lane(process), this::watch);
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

    Optional<Stream> stream() {
        return stream;
    }

    /** Whether the controller has taken this node on; until then it may still be given up for the silence before. */
    boolean isWelcomedBy(String controller) {
        return state.welcomed()
                && stream.filter(one -> one.controller().name().equals(controller))
                        .isPresent();
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
        boolean silent = world.isCut(node, address) || world.isSuspended();
        if (silent || controller.isEmpty()) {
            boolean refused = !silent;
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
        // As AgentLink does: even after a leader was lost, whoever follows it may know more.
        leader = Optional.empty();
        turn = world.turn(address) + 1;
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
            case LinkEffect.Report _ -> workshop.reportAgain();
            case LinkEffect.Acknowledge(long sequence) -> reports.acknowledge(sequence);
            case LinkEffect.Extend(long sentAt, Fence fence) -> node.leash().extend(sentAt, fence);
            // No service is simulated.
            case LinkEffect.Route _ -> {}
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

    // The workshop.

    private EngineWorkshop open() throws InterruptedException {
        AgentSettings settings = AgentSettings.of(node.id(), node.describe().getName(), node.disk());
        return EngineWorkshop.open(
                // Not of this machine: no control groups are made.
                settings.withEngine(settings.engine().withHost("tcp://simulated"))
                        .withTimes(TIMES),
                node.runtime(),
                node.journal(),
                this::reported,
                new EngineWorkshop.Surroundings(
                        this::execute,
                        this::alarm,
                        node.clock(),
                        node.leash(),
                        Routing.NONE,
                        HealthInquiry.NONE,
                        TaskEndpoints.NONE));
    }

    private void execute(Runnable what) {
        if (!process.isKilled()) {
            world.agenda().after(dice.between(Duration.ZERO, Duration.ofMillis(1)), new Lane(process), what::run);
        }
    }

    private void alarm(Instant when, Runnable what) {
        if (!process.isKilled()) {
            Duration delay = Duration.between(node.clock().instant(), when).plusMillis(1);
            world.agenda().after(delay, new Lane(process), what::run);
        }
    }

    private void reported(WorkloadReport report) {
        Agenda.checkAlive();
        String key = report.getScope() + "/" + report.getId();
        Phase phase = report.getObserved().getPhase();
        if (phases.put(key, phase) != phase) {
            world.say(node.describe().getName() + " " + key + " is " + phase + " "
                    + report.getObserved().getStopReason());
        }
        node.reported(key, report.getObserved());
        reports.report(report);
        stream.ifPresent(open -> input(open, new LinkInput.Reported()));
    }

    private void obey(Obeyed set) {
        // Sorted, because the order of the set differs from one process to the next.
        workshop.obey(new TreeMap<>(set.workloads()).values());
    }

    /** Watches the engine as production does: each new stream of events begins with a complete list. */
    private void watch() throws InterruptedException {
        while (true) {
            if (!node.isEngineDown()) {
                node.runtime().events(this::hear);
            }
            world.agenda().sleep(EVENTS_AGAIN);
        }
    }

    private void hear(EngineEvent event) {
        if (!process.isKilled()) {
            world.agenda().after(dice.millis(1, 30), events, () -> handle(event));
        }
    }

    private void handle(EngineEvent event) throws InterruptedException {
        try {
            workshop.on(event);
        } catch (EngineException e) {
            world.say(node.describe().getName() + " cannot look after " + event + ": " + e.text());
            if (event instanceof EngineEvent.Connected) {
                hear(event);
            }
        }
    }
}
