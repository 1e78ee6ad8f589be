package dev.gantry.e2e.simulation;

import com.google.protobuf.Message;
import dev.gantry.controller.EcsAnswers;
import dev.gantry.controller.KubePlanners;
import dev.gantry.controller.dispatch.Fence;
import dev.gantry.controller.dispatch.Heartbeats;
import dev.gantry.controller.dispatch.Registrar;
import dev.gantry.controller.dispatch.SessionRules;
import dev.gantry.controller.ecs.EcsFrontEnd;
import dev.gantry.controller.ecs.EcsParts;
import dev.gantry.controller.ecs.PageCodec;
import dev.gantry.controller.ecs.capacity.CapacityReconciler;
import dev.gantry.controller.ecs.compile.DaemonTasks;
import dev.gantry.controller.ecs.compile.ServiceTasks;
import dev.gantry.controller.ecs.compile.TaskCompiler;
import dev.gantry.controller.ecs.document.Arns;
import dev.gantry.controller.ecs.document.EcsLookup;
import dev.gantry.controller.ecs.events.EventProjector;
import dev.gantry.controller.ecs.events.EventSettings;
import dev.gantry.controller.ecs.events.EventTail;
import dev.gantry.controller.ecs.rollout.DaemonsFirst;
import dev.gantry.controller.ecs.rollout.RolloutSettings;
import dev.gantry.controller.ecs.rollout.ServiceReconciler;
import dev.gantry.controller.kube.disruption.BudgetAllowances;
import dev.gantry.controller.kube.pod.NamespaceSelection;
import dev.gantry.controller.kube.service.ClaimReconciler;
import dev.gantry.controller.leadership.LeadershipSettings;
import dev.gantry.controller.leadership.Moment;
import dev.gantry.controller.lifecycle.Expiries;
import dev.gantry.controller.lifecycle.Expiry;
import dev.gantry.controller.lifecycle.RetentionReconciler;
import dev.gantry.controller.lifecycle.WorkloadReconciler;
import dev.gantry.controller.nodes.NodeReconciler;
import dev.gantry.controller.nodes.NodeSettings;
import dev.gantry.controller.reconcile.BackOff;
import dev.gantry.controller.reconcile.LoopEnvironment;
import dev.gantry.controller.reconcile.LoopSettings;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.controller.scheduler.PlacementForecast;
import dev.gantry.controller.scheduler.SchedulerReconciler;
import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.e2e.simulation.Agenda.Process;
import dev.gantry.proto.Workload;
import dev.gantry.store.Change;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Snapshot;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.Versioned;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/** One controller process: production's parts, wired as production wires them, on lanes instead of threads. */
final class SimController {

    static final Arns ARNS = new Arns("eu-central-1", "000000000000");
    static final Duration LOST_AFTER = Duration.ofSeconds(30);
    private static final Duration CATCH_UP_MAX = Duration.ofSeconds(1);
    private static final RolloutSettings ROLLOUT = new RolloutSettings(
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofSeconds(8),
            Duration.ofSeconds(8),
            Duration.ofHours(6),
            Duration.ofMinutes(1));
    private static final LoopSettings LOOP = new LoopSettings(
            1, 10_000, Duration.ofMinutes(5), new BackOff(Duration.ofMillis(50), Duration.ofSeconds(3)), 8);

    private final World world;
    private final String name;
    private final Dice dice;
    private final Process process = new Process();
    private final TroubledBackend backend;
    private final ImageStore store;
    private final Lane follower = new Lane(process);
    private final Lane api = new Lane(process);
    private final SimLead lead;
    private final EventTail events;
    private final LoopEnvironment environment;
    private final Heartbeats heartbeats;
    private final Registrar registrar;
    private final SessionRules rules = new SessionRules(
            Duration.ofSeconds(2),
            new Fence(nodeSettings().fence(), nodeSettings().fenceStop()),
            "simulated");
    private final SimIntake intake;
    private final EcsFrontEnd front;
    private final SimKube kube;
    private final Map<String, SimSession> sessions = new TreeMap<>();
    private final List<Supplier<SimLoop<?>>> loops = new ArrayList<>();
    private final List<SimLoop<?>> term = new ArrayList<>();
    private Duration skew = Duration.ZERO;
    private boolean catching;

    SimController(World world, String name, Dice dice) throws InterruptedException {
        this.world = world;
        this.name = name;
        this.dice = dice;
        this.backend = new TroubledBackend(world, dice.split());
        this.store = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
        this.events = new EventTail(store, store::history, clock());
        this.lead = new SimLead(this, LeadershipSettings.defaults());
        this.environment =
                new LoopEnvironment(store, lead, this::wall, dice.split()::fraction, new CompositeMeterRegistry());
        this.heartbeats = new Heartbeats(lead);
        this.registrar = new Registrar(new FreshStore(store), lead, clock());
        this.intake = new SimIntake(this, lead);
        this.front = front();
        this.kube = new SimKube(this, dice.split());
        try {
            kube.setUp();
        } catch (InterruptedException | RuntimeException | Error e) {
            dispose();
            throw e;
        }
        addLoops();
        store.subscribe(this::changed);
        lead.start();
        keepUp();
    }

    private EcsFrontEnd front() {
        Dice ids = dice.split();
        return EcsFrontEnd.of(new EcsParts(
                store,
                ARNS,
                clock(),
                ids::id,
                () -> String.format(Locale.ROOT, "ecs-svc/%019d", ids.next() >>> 4),
                new PlainTokens(),
                EcsAnswers.preview(new PlacementForecast(
                        RandomGeneratorFactory.of("L64X128MixRandom").create(dice.next()))),
                EcsAnswers.filter()));
    }

    private void addLoops() {
        add(
                new SchedulerReconciler(
                        RandomGeneratorFactory.of("L64X128MixRandom").create(dice.next()),
                        SchedulerReconciler.STANDALONE_WAIT,
                        new NamespaceSelection(),
                        new BudgetAllowances()),
                1);
        add(new NodeReconciler(heartbeats(heartbeats), nodeSettings()), 1);
        add(new WorkloadReconciler(), 2);
        ServiceTasks tasks = new ServiceTasks(new EcsLookup(ARNS), new TaskCompiler(ARNS));
        add(new ServiceReconciler(tasks::task, ROLLOUT), 2);
        DaemonTasks daemonTasks = new DaemonTasks(new EcsLookup(ARNS), new TaskCompiler(ARNS));
        add(ServiceReconciler.ofDaemons(daemonTasks::task, ROLLOUT), 1);
        add(new DaemonsFirst(tasks::task, daemonTasks::task), 1);
        add(new CapacityReconciler(), 1);
        KubePlanners.ofPods(kube.tokens()).forEach(planner -> add(planner, 1));
        KubePlanners.ofObjects(kube.creation()).forEach(planner -> add(planner, 1));
        add(new ClaimReconciler(), 1);
        for (Expiry<?> expiry : Expiries.of(Duration.ofHours(1), Duration.ofHours(1))) {
            add(new RetentionReconciler<>(expiry), 1);
        }
        add(new EventProjector(events, EventSettings.within(Duration.ofHours(1))), 1);
    }

    private <T extends Message> void add(Reconciler<T> reconciler, int workers) {
        loops.add(() -> new SimLoop<>(this, reconciler, LOOP.withWorkers(workers)));
    }

    private static NodeSettings nodeSettings() {
        return NodeSettings.defaults();
    }

    private static dev.gantry.controller.nodes.Heartbeats heartbeats(Heartbeats heard) {
        return new dev.gantry.controller.nodes.Heartbeats() {
            @Override
            public Optional<Instant> lastHeard(String nodeId) {
                return heard.lastHeard(nodeId);
            }

            @Override
            public Instant confirmedSince() {
                return heard.confirmedSince();
            }
        };
    }

    // What its parts ask for.

    World world() {
        return world;
    }

    String name() {
        return name;
    }

    String address() {
        return name + ":4567";
    }

    Dice dice() {
        return dice;
    }

    Process process() {
        return process;
    }

    TroubledBackend backend() {
        return backend;
    }

    ImageStore store() {
        return store;
    }

    SimLead lead() {
        return lead;
    }

    LoopEnvironment environment() {
        return environment;
    }

    Heartbeats heartbeats() {
        return heartbeats;
    }

    Registrar registrar() {
        return registrar;
    }

    SessionRules rules() {
        return rules;
    }

    SimIntake intake() {
        return intake;
    }

    EcsFrontEnd users() {
        return front;
    }

    SimKube kube() {
        return kube;
    }

    Lane api() {
        return api;
    }

    InstantSource clock() {
        return this::wall;
    }

    Moment moment() {
        return new Moment(wall(), world.agenda().elapsed());
    }

    private Instant wall() {
        return World.START.plus(world.agenda().elapsed()).plus(skew);
    }

    void say(String what) {
        world.say(name + " " + what);
    }

    // What happens to it.

    void stepClock(Duration by) {
        skew = skew.plus(by);
    }

    void kill() {
        process.kill();
        dispose();
    }

    /** Its sockets close, whatever it was doing. */
    void dispose() {
        kube.close();
        store.close();
        lost();
    }

    void gained() {
        lost();
        loops.forEach(loop -> term.add(loop.get()));
    }

    void lost() {
        term.forEach(SimLoop::stop);
        term.clear();
    }

    /** The store has news: they arrive here some time later. */
    void news() {
        if (!catching) {
            catching = true;
            world.agenda().after(world.lag(dice), follower, this::catchUp);
        }
    }

    private void catchUp() throws InterruptedException {
        catching = false;
        store.catchUp();
    }

    private void keepUp() {
        world.agenda().after(CATCH_UP_MAX, follower, () -> {
            store.catchUp();
            keepUp();
        });
    }

    // Sessions.

    void opened(SimSession session) {
        SimSession before = sessions.put(session.nodeId(), session);
        if (before != null) {
            before.take(new dev.gantry.controller.dispatch.SessionInput.Replaced());
        }
    }

    void closed(SimSession session) {
        sessions.remove(session.nodeId(), session);
    }

    private void changed(Snapshot image, List<Change<?>> changes) {
        for (Change<?> change : changes) {
            if (change.key().kind().equals(Kinds.WORKLOAD)) {
                concern(change.before());
                concern(change.after());
            } else if (change.key().kind().equals(Kinds.NODE)) {
                nudge(change.key().name());
                if (change.after() == null) {
                    heartbeats.forget(change.key().name());
                }
            } else if (change.key().equals(Kinds.LEADER_KEY)) {
                sessions.values().forEach(SimSession::changed);
            }
        }
    }

    private void concern(@Nullable Versioned<?> record) {
        if (record != null && record.value() instanceof Workload workload) {
            nudge(workload.getPlacement().getNode());
        }
    }

    private void nudge(String nodeId) {
        SimSession session = sessions.get(nodeId);
        if (session != null) {
            session.changed();
        }
    }

    /** Tokens that everybody can read; nobody here forges them. */
    private static final class PlainTokens implements PageCodec {
        @Override
        public String issue(String operation, String query, String position) {
            return position;
        }

        @Override
        public String position(String operation, String query, String token) {
            return token;
        }
    }
}
