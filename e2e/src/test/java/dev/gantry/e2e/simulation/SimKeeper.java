package dev.gantry.e2e.simulation;

import dev.gantry.agent.plan.Action;
import dev.gantry.agent.plan.Fact;
import dev.gantry.agent.plan.Memory;
import dev.gantry.agent.plan.Plan;
import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.e2e.simulation.SimRuntime.Container;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.RunState;
import dev.gantry.proto.WorkloadReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Looks after one workload as production's keeper does; what its actions take in time passes on the agenda. */
final class SimKeeper {

    private static final int KILLED = 137;
    private static final int TERMINATED = 143;

    private final SimAgent agent;
    private final SimNode node;
    private final World world;
    private final Dice dice;
    private final String key;
    private final Lane lane;
    private final Deque<Fact> learnt = new ArrayDeque<>();
    private final Map<String, Integer> pulls = new TreeMap<>();
    private Optional<DesiredWorkload> desired = Optional.empty();
    private Memory memory;
    private Observation reported = Observation.getDefaultInstance();
    private boolean again;
    private boolean over;
    private boolean awake;

    SimKeeper(SimAgent agent, String key, Memory memory) {
        this.agent = agent;
        this.node = agent.node();
        this.world = node.world();
        this.dice = agent.dice();
        this.key = key;
        this.memory = memory;
        this.lane = new Lane(agent.process());
    }

    String key() {
        return key;
    }

    Optional<DesiredWorkload> desired() {
        return desired;
    }

    boolean isOver() {
        return over;
    }

    void obey(DesiredWorkload wish) {
        if (desired.filter(wish::equals).isEmpty()) {
            desired = Optional.of(wish);
            over = false;
            wake();
        }
    }

    void dismiss() {
        int slash = key.lastIndexOf('/');
        DesiredWorkload.Builder wish = desired.map(DesiredWorkload::toBuilder)
                .orElseGet(() -> DesiredWorkload.newBuilder()
                        .setScope(key.substring(0, slash))
                        .setId(key.substring(slash + 1)));
        obey(wish.setDesired(RunState.STOP).setSettled(true).build());
    }

    void learn(Fact fact) {
        learnt.add(fact);
        wake();
    }

    void reportAgain() {
        again = true;
        wake();
    }

    void wake() {
        if (!awake) {
            awake = true;
            after(Duration.ZERO, this::plan);
        }
    }

    private void after(Duration delay, Agenda.Task task) {
        world.agenda().after(delay, lane, task);
    }

    private void plan() {
        awake = false;
        if (desired.isEmpty() || !agent.isListed()) {
            return;
        }
        DesiredWorkload wish = desired.get();
        Memory known = memory;
        for (Fact fact = learnt.poll(); fact != null; fact = learnt.poll()) {
            known = known.learn(fact, world.millis());
        }
        Plan plan = agent.planner().plan(wish, known, Instant.ofEpochMilli(world.millis()));
        memory = plan.memory();
        over = plan.over();
        if (!wish.getSettled()) {
            report(plan.memory().last(), wish);
        }
        plan.actions().forEach(this::begin);
        plan.wake()
                .ifPresent(at -> after(Duration.ofMillis(Math.max(1, at.toEpochMilli() - world.millis())), this::wake));
    }

    private void report(Observation observed, DesiredWorkload wish) {
        boolean news = !observed.equals(reported);
        if (!news && !again) {
            return;
        }
        again = false;
        if (news) {
            if (observed.getPhase() != reported.getPhase()) {
                world.say(node.describe().getName() + " " + key + " is " + observed.getPhase() + " "
                        + observed.getStopReason());
            }
            node.remember(key, observed);
        }
        reported = observed;
        agent.reports()
                .report(WorkloadReport.newBuilder()
                        .setScope(wish.getScope())
                        .setId(wish.getId())
                        .setObserved(observed)
                        .build());
        agent.reported();
    }

    private void begin(Action action) {
        switch (action) {
            case Action.Pull(String name) -> pull(name);
            case Action.Abandon(String name) -> {
                pulls.merge(name, 1, Integer::sum);
                after(dice.millis(1, 5), () -> learn(new Fact.Abandoned(name)));
            }
            case Action.Create(String name) ->
                after(
                        dice.millis(5, 200),
                        () -> learn(new Fact.Launched(
                                node.runtime().create(key, name).seen())));
            case Action.Launch(String name) -> launch(name);
            case Action.Start(String name, String id) -> {
                node.begin(key, name);
                after(dice.millis(5, 200), () -> start(name, id));
            }
            case Action.Stop(String name, String id, Duration grace) -> stop(name, id, grace);
            case Action.Tail(String name, String _) ->
                after(dice.millis(1, 50), () -> learn(new Fact.TailRead(name, "")));
            case Action.Look(String name) ->
                after(dice.millis(1, 50), () -> {
                    learn(node.runtime()
                            .find(key, name)
                            .<Fact>map(found -> new Fact.Seen(found.seen()))
                            .orElseGet(() -> new Fact.Gone(name, "")));
                    learn(new Fact.Done(name));
                });
            case Action.Remove(String name, String id) ->
                after(dice.millis(1, 50), () -> {
                    node.runtime().remove(id);
                    learn(new Fact.Gone(name, id));
                    learn(new Fact.Done(name));
                });
            case Action.Ask(String name, String _, var kind, long runMs) ->
                after(
                        dice.millis(1, 50),
                        () -> learn(new Fact.Probed(name, kind, runMs, !dice.happens(0.1), "no answer")));
            case Action.Clear _, Action.Refresh _ -> {}
        }
    }

    private void pull(String name) {
        int mine = pulls.getOrDefault(name, 0);
        long from = world.millis();
        boolean fails = world.pullsFail(node) && dice.happens(0.5);
        Duration takes = world.pullsFail(node) ? dice.millis(50, 20_000) : dice.millis(5, 800);
        after(takes, () -> {
            if (pulls.getOrDefault(name, 0) != mine) {
                return;
            }
            if (fails) {
                world.happened(Trouble.PULL_FAILS);
                learn(new Fact.Failed(name, "CannotPullContainerError: not found", false));
            } else {
                learn(new Fact.ImageReady(name, "sha256:0", from, world.millis(), ""));
            }
        });
    }

    private void launch(String name) {
        after(dice.millis(5, 200), () -> {
            Container created = node.runtime().create(key, name);
            after(dice.millis(1, 50), () -> {
                node.begin(key, name);
                after(dice.millis(5, 200), () -> start(name, created.id()));
            });
        });
    }

    private void start(String name, String id) {
        Optional<Container> found = node.runtime().byId(id);
        if (found.isEmpty()) {
            learn(new Fact.Gone(name, id));
            learn(new Fact.Done(name));
            return;
        }
        Container container = found.get();
        if (node.runtime().start(container, world.millis())) {
            boolean ended = reported.getPhase() == Phase.STOPPED;
            world.oracle().started(node, key, name, ended);
            endInTime(container);
        }
        // The answer takes its time as well: the agent may be killed before it has it.
        after(dice.millis(1, 20), () -> learn(new Fact.Launched(container.seen())));
    }

    /** What a batch task does by itself; belongs to the node, not to the agent. */
    private void endInTime(Container container) {
        Optional<String> image = desired.stream()
                .flatMap(wish -> wish.getSpec().getContainersList().stream())
                .map(spec -> spec.getImage())
                .findFirst();
        if (image.filter("batch"::equals).isPresent()) {
            world.agenda().after(dice.millis(500, 15_000), () -> node.runtime().exit(container, 0, world.millis()));
        }
    }

    private void stop(String name, String id, Duration grace) {
        boolean ignored = world.ignoresSigterm(dice);
        if (ignored) {
            world.happened(Trouble.SIGTERM_IGNORED);
        }
        Duration takes = ignored ? grace : dice.millis(10, 500);
        after(takes, () -> {
            Optional<Container> found = node.runtime().byId(id);
            found.ifPresent(container -> node.runtime().exit(container, ignored ? KILLED : TERMINATED, world.millis()));
            List<Fact> facts = found.<List<Fact>>map(
                            container -> List.of(new Fact.Seen(container.seen()), new Fact.Done(name)))
                    .orElseGet(() -> List.of(new Fact.Gone(name, id), new Fact.Done(name)));
            facts.forEach(this::learn);
        });
    }
}
