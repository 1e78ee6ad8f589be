package dev.gantry.agent.work;

import dev.gantry.agent.Reporter;
import dev.gantry.agent.Routing;
import dev.gantry.agent.Tenants;
import dev.gantry.agent.plan.Action;
import dev.gantry.agent.plan.Fact;
import dev.gantry.agent.plan.Memory;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.plan.Plan;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.agent.plan.Standing;
import dev.gantry.agent.plan.WorkloadPlanner;
import dev.gantry.agent.usage.Running;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.Observation;
import dev.gantry.proto.Phase;
import dev.gantry.proto.RunState;
import dev.gantry.proto.WorkloadReport;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after one workload: plans whenever something is learnt, and has the actions performed beside it. Plans are made one after another,
 * on whichever thread woke it first; workloads do not wait for each other.
 */
final class Keeper {

    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    /** How long to wait with an end that the journal could not keep. */
    private static final Duration KEEP_AGAIN = Duration.ofSeconds(1);

    /**
     * What all keepers share.
     *
     * @param ready whether the engine's containers are known, without which nothing is decided
     */
    record Tools(
            WorkloadPlanner planner,
            Hands hands,
            Journal journal,
            Reporter reporter,
            Routing routing,
            Executor threads,
            Alarm alarm,
            InstantSource clock,
            BooleanSupplier ready) {}

    private final String scope;
    private final String id;
    private final Tools tools;
    private final Queue<Fact> learnt = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wakes = new AtomicInteger();
    private final Map<String, Thread> pulls = new ConcurrentHashMap<>();
    private volatile @Nullable DesiredWorkload desired;
    private volatile Memory memory;
    private volatile boolean again;
    private volatile boolean over;
    private Observation reported = Observation.getDefaultInstance();
    private Instant alarmAt = Instant.MAX;

    Keeper(String scope, String id, Memory memory, Tools tools) {
        this.scope = scope;
        this.id = id;
        this.memory = memory;
        this.tools = tools;
    }

    String key() {
        return Names.key(scope, id);
    }

    Optional<DesiredWorkload> desired() {
        return Optional.ofNullable(desired);
    }

    /** Whether nothing of it is left on this node. */
    boolean isOver() {
        return over;
    }

    /** Whether it has come to its end, whatever is left of it. */
    boolean isStopped() {
        return memory.last().getPhase() == Phase.STOPPED;
    }

    /** The engine's ids of its containers by name. */
    Map<String, ObservedContainer> seen() {
        return memory.containers().entrySet().stream()
                .filter(entry -> entry.getValue().seen().isPresent())
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().seen().orElseThrow()));
    }

    /** Its containers that run, without the one that holds its network. */
    List<Running> running() {
        List<Running> running = new ArrayList<>();
        new TreeMap<>(seen()).forEach((name, container) -> {
            if (container.isRunning() && !Sandbox.isNamed(name)) {
                running.add(
                        new Running(scope, id, name, container.id(), container.startedAtMs(), Names.group(scope, id)));
            }
        });
        return running;
    }

    /** As those see it who ask about it; empty while nobody has said what it is. */
    Optional<Tenants.Tenant> tenant() {
        return desired().map(wish -> {
            Map<String, String> containers = new LinkedHashMap<>();
            Sandbox.containers(wish)
                    .forEach(spec -> containers.put(spec.getName(), Names.container(wish, spec.getName())));
            return new Tenants.Tenant(wish, memory.last(), containers);
        });
    }

    /** Whether it is a task that has this address for itself alone. */
    boolean isTaskAt(String address) {
        return memory.standing(Sandbox.OF_TASK)
                .seen()
                .filter(sandbox -> sandbox.isRunning() && sandbox.addresses().contains(address))
                .isPresent();
    }

    /** The cluster of the Kubernetes API that it is a pod of, if it is one and has this address. */
    Optional<String> clusterAt(String address) {
        return memory.standing(Sandbox.NAME)
                .seen()
                .filter(sandbox -> sandbox.isRunning() && sandbox.addresses().contains(address))
                .flatMap(_ -> Names.namespace(scope).map(Names.Namespace::cluster));
    }

    /** Whether an action is under way that will say itself what became of the container. */
    boolean isBusy(String container) {
        Standing standing = memory.containers().get(container);
        return standing != null && standing.step() != dev.gantry.agent.plan.Step.NONE;
    }

    void obey(DesiredWorkload told) {
        DesiredWorkload wish = Sandbox.sheltered(told);
        if (!wish.equals(desired)) {
            desired = wish;
            over = false;
            wake();
        }
    }

    /** It is not this node's any more: stop it and clean up, and report nothing. */
    void dismiss() {
        DesiredWorkload known = desired;
        DesiredWorkload.Builder wish =
                known == null ? DesiredWorkload.newBuilder().setScope(scope).setId(id) : known.toBuilder();
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
        if (wakes.getAndIncrement() == 0) {
            tools.threads().execute(this::planAll);
        }
    }

    /** Plans until nobody has woken it since; the counter makes one thread at a time do so. */
    private void planAll() {
        int seen;
        do {
            seen = wakes.get();
            try {
                plan();
            } catch (RuntimeException e) {
                // A bug must not end the care for this workload: the next fact plans anew.
                LOG.error("Planning {} failed", key(), e);
            }
        } while (!wakes.compareAndSet(seen, 0) && (wakes.addAndGet(-seen) > 0));
    }

    private void plan() {
        DesiredWorkload wish = desired;
        if (wish == null || !tools.ready().getAsBoolean()) {
            return;
        }
        Instant now = tools.clock().instant();
        Memory known = memory;
        for (Fact fact = learnt.poll(); fact != null; fact = learnt.poll()) {
            known = known.learn(fact, now.toEpochMilli());
        }
        Plan plan = tools.planner().plan(wish, known, now);
        memory = plan.memory();
        over = plan.over();
        tools.routing()
                .house(key(), Lodging.of(wish, memory.standing(Sandbox.NAME).seen()));
        if (!wish.getSettled()) {
            report(wish, plan.memory(), now);
        }
        plan.actions().forEach(action -> begin(wish, action));
        plan.wake().ifPresent(this::setAlarm);
    }

    /**
     * Tells of news once they are kept. Most may be told all the same when the journal cannot be written; an end may not while something
     * could still begin: whoever followed this agent without knowing the end would begin it.
     */
    private void report(DesiredWorkload wish, Memory seen, Instant now) {
        Observation observation = seen.last();
        if (!observation.equals(reported)) {
            if (isKept(observation) || !couldBegin(wish, seen)) {
                LOG.info("Workload {} is {} {}", key(), observation.getPhase(), observation.getStopReason());
                reported = observation;
                again = true;
            } else {
                setAlarm(now.plus(KEEP_AGAIN));
            }
        }
        if (again && !reported.equals(Observation.getDefaultInstance())) {
            again = false;
            tools.reporter().report(reportOf(reported));
        }
    }

    private boolean isKept(Observation observation) {
        try {
            tools.journal().remember(reportOf(observation));
            return true;
        } catch (UncheckedIOException e) {
            // What runs goes on; only a start needs the journal, and is refused while it cannot be written.
            LOG.warn("Workload {}: {}", key(), e.getMessage());
            return false;
        }
    }

    private static boolean couldBegin(DesiredWorkload wish, Memory seen) {
        return seen.last().getPhase() == Phase.STOPPED
                && wish.getDesired() == RunState.RUN
                && wish.getSpec().getContainersList().stream()
                        .anyMatch(spec -> !seen.standing(spec.getName()).begun());
    }

    private WorkloadReport reportOf(Observation observation) {
        return WorkloadReport.newBuilder()
                .setScope(scope)
                .setId(id)
                .setObserved(observation)
                .build();
    }

    private void setAlarm(Instant at) {
        boolean pending = alarmAt.isAfter(tools.clock().instant()) && !at.isBefore(alarmAt);
        if (!pending) {
            alarmAt = at;
            tools.alarm().at(at, () -> {
                alarmAt = Instant.MAX;
                wake();
            });
        }
    }

    private void begin(DesiredWorkload wish, Action action) {
        switch (action) {
            case Action.Abandon(String container) -> {
                Thread pull = pulls.get(container);
                if (pull != null) {
                    pull.interrupt();
                }
            }
            case Action.Pull(String container) ->
                tools.threads().execute(() -> {
                    pulls.put(container, Thread.currentThread());
                    perform(wish, action);
                });
            default -> tools.threads().execute(() -> perform(wish, action));
        }
    }

    private void perform(DesiredWorkload wish, Action action) {
        LOG.debug("Workload {}: {}", key(), action);
        try {
            tools.hands().perform(wish, action).forEach(learnt::add);
        } catch (InterruptedException _) {
            // The agent shuts down; what the engine did is seen at the next start.
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("Workload {}: {} failed", key(), action, e);
            failed(action, e);
        } finally {
            if (action instanceof Action.Pull(String container)) {
                pulls.remove(container);
            }
            wake();
        }
    }

    private void failed(Action action, RuntimeException e) {
        String reason = "InternalError: " + e;
        switch (action) {
            case Action.Pull(String name) -> learnt.add(new Fact.Failed(name, reason, false));
            case Action.Create(String name) -> learnt.add(new Fact.Failed(name, reason, true));
            case Action.Launch(String name) -> learnt.add(new Fact.Failed(name, reason, true));
            case Action.Start(String name, String _) -> learnt.add(new Fact.Failed(name, reason, true));
            case Action.Stop(String name, String _, var _) -> learnt.add(new Fact.Delayed(name, reason, false));
            case Action.Tail(String name, String _) -> learnt.add(new Fact.TailRead(name, ""));
            case Action.Look(String name) -> learnt.add(new Fact.Delayed(name, reason, true));
            case Action.Ask(String name, String _, var kind, long runMs) ->
                learnt.add(new Fact.Probed(name, kind, runMs, false, reason));
            case Action.Remove(String name, String _) -> learnt.add(new Fact.Delayed(name, "", false));
            case Action.Replace(String name, String _) -> learnt.add(new Fact.Delayed(name, "", false));
            case Action.Abandon _, Action.Detach _, Action.Clear _, Action.Refresh _ -> {}
        }
    }
}
