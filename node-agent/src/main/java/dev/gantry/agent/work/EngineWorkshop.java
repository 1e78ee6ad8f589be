package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.HealthInquiry;
import dev.gantry.agent.Leash;
import dev.gantry.agent.Reporter;
import dev.gantry.agent.Residents;
import dev.gantry.agent.Routing;
import dev.gantry.agent.Sink;
import dev.gantry.agent.Source;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.Tenants;
import dev.gantry.agent.Workshop;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.EngineEvent;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineFacts;
import dev.gantry.agent.engine.Listing;
import dev.gantry.agent.plan.Fact;
import dev.gantry.agent.plan.Memory;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.plan.WorkloadPlanner;
import dev.gantry.agent.usage.Running;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NodeInfo;
import dev.gantry.proto.OpenChannel;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workshop on a container engine. It decides nothing before it has seen all of the engine's containers, and stops nothing before it was told
 * what shall run: so a restarted agent adopts what is there.
 */
public final class EngineWorkshop implements Workshop, Residents, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EngineWorkshop.class);

    /**
     * What the workshop lives on.
     *
     * @param threads runs plans and actions, each of which may wait for the engine
     * @param leash   of what must not run twice
     * @param routing says where names are resolved, and guards pods
     * @param health  asks containers that speak gRPC
     * @param tasks   what tasks ask about themselves
     */
    public record Surroundings(
            Executor threads,
            Alarm alarm,
            InstantSource clock,
            Leash leash,
            Routing routing,
            HealthInquiry health,
            TaskEndpoints tasks) {}

    private final AgentSettings settings;
    private final ContainerEngine engine;
    private final Journal journal;
    private final Surroundings surroundings;
    private final Images images;
    private final Housekeeping housekeeping;
    private final Keeper.Tools tools;
    private final SideChannels channels;
    private final Map<String, Keeper> keepers = new ConcurrentHashMap<>();
    private final Map<String, Journal.Entry> recalled;
    private final Set<String> inspecting = ConcurrentHashMap.newKeySet();
    private final ReentrantLock membership = new ReentrantLock();
    private volatile EngineFacts facts;
    private volatile boolean listed;
    private volatile boolean obeyed;
    private volatile boolean closed;
    private Optional<Lookout> lookout = Optional.empty();

    private EngineWorkshop(
            AgentSettings settings,
            ContainerEngine engine,
            Journal journal,
            Reporter reporter,
            Surroundings surroundings,
            EngineFacts facts) {
        this.settings = settings;
        this.engine = engine;
        this.journal = journal;
        this.surroundings = surroundings;
        this.facts = facts;
        this.recalled = journal.entries();
        this.images = new Images(engine, settings.images(), surroundings.clock());
        HostPaths hostPaths = HostPaths.of(settings);
        Pods pods = new Pods(engine, surroundings.clock(), surroundings.health(), surroundings.routing());
        Preparation preparation = new Preparation(
                settings,
                engine,
                facts,
                hostPaths,
                pods,
                surroundings,
                machine().describe().getAddressesList());
        this.housekeeping = new Housekeeping(
                images,
                preparation.volumes(),
                preparation.podMounts(),
                settings.images().cleanupInterval(),
                surroundings,
                this::kept);
        Hands hands = new Hands(
                engine,
                settings.engine(),
                images,
                preparation,
                journal,
                surroundings.leash(),
                surroundings.clock(),
                pods);
        WorkloadPlanner planner = new WorkloadPlanner(
                settings.times().stopTimeout(), settings.times().cleanupWait());
        this.tools = new Keeper.Tools(
                planner,
                hands,
                journal,
                reporter,
                surroundings.routing(),
                surroundings.threads(),
                surroundings.alarm(),
                surroundings.clock(),
                () -> listed && !closed);
        this.channels =
                new SideChannels(engine, preparation.previousLogs(), key -> Optional.ofNullable(keepers.get(key)));
    }

    /**
     * Asks the engine what it is; an {@link EngineException} says that it cannot be reached. Nothing happens before {@link #begin}.
     */
    public static EngineWorkshop open(
            AgentSettings settings,
            ContainerEngine engine,
            Journal journal,
            Reporter reporter,
            Surroundings surroundings)
            throws InterruptedException {
        return new EngineWorkshop(settings, engine, journal, reporter, surroundings, engine.facts());
    }

    /** Starts to watch the engine and to keep house. */
    public void begin() {
        lookout = Optional.of(Lookout.begin(engine, this::on));
        housekeeping.begin();
    }

    private Machine machine() {
        return new Machine(
                settings,
                facts,
                surroundings.leash().isPossible(),
                surroundings.routing().isPossible(),
                surroundings.routing().givesAddresses());
    }

    @Override
    public NodeInfo describe() {
        return machine().describe();
    }

    @Override
    public void obey(Collection<DesiredWorkload> everything) {
        membership.lock();
        try {
            obeyed = true;
            Set<String> wanted = new HashSet<>();
            for (DesiredWorkload workload : everything) {
                wanted.add(Names.key(workload));
                keeper(workload.getScope(), workload.getId()).obey(workload);
            }
            for (Keeper keeper : keepers.values()) {
                if (!wanted.contains(keeper.key())) {
                    keeper.dismiss();
                }
            }
            forgetWhatIsOver(wanted);
        } finally {
            membership.unlock();
        }
        housekeeping.settled();
    }

    private void forgetWhatIsOver(Set<String> wanted) {
        keepers.entrySet().removeIf(entry -> {
            boolean gone = entry.getValue().isOver() && !wanted.contains(entry.getKey());
            if (gone) {
                entry.getValue().desired().ifPresent(this::forget);
                recalled.remove(entry.getKey());
            }
            return gone;
        });
    }

    private void forget(DesiredWorkload last) {
        try {
            journal.forget(last.getScope(), last.getId());
        } catch (UncheckedIOException e) {
            // It only takes room: nobody asks for this workload again, and everything else is to go on.
            LOG.warn("Workload {}: {}", Names.key(last), e.getMessage());
        }
    }

    private Keeper keeper(String scope, String id) {
        return keepers.computeIfAbsent(Names.key(scope, id), key -> {
            Memory memory = Optional.ofNullable(recalled.get(key))
                    .map(entry -> Memory.recall(entry.report().getObserved(), entry.begun()))
                    .orElse(Memory.EMPTY);
            return new Keeper(scope, id, memory, tools);
        });
    }

    @Override
    public void reportAgain() {
        keepers.values().forEach(Keeper::reportAgain);
    }

    /** The containers that run, without those that only hold a network. */
    public List<Running> running() {
        return keepers.values().stream()
                .flatMap(keeper -> keeper.running().stream())
                .toList();
    }

    /** Who runs here. */
    public Tenants tenants() {
        return new Lodgers(keepers);
    }

    @Override
    public Optional<String> clusterAt(String address) {
        return keepers.values().stream()
                .flatMap(keeper -> keeper.clusterAt(address).stream())
                .findFirst();
    }

    /** Takes an event of the engine, one at a time; for who watches the engine in place of what {@link #begin} starts. */
    public void on(EngineEvent event) throws InterruptedException {
        switch (event) {
            case EngineEvent.Connected _ -> list();
            case EngineEvent.ImagesChanged _ -> images.changed();
            case EngineEvent.Changed changed -> on(changed);
        }
    }

    private void on(EngineEvent.Changed changed) {
        Keeper keeper = keepers.get(changed.workload());
        if (keeper == null || changed.container().isEmpty()) {
            return;
        }
        switch (changed.change()) {
            case REMOVED -> keeper.learn(new Fact.Gone(changed.container(), changed.id()));
            // The one who starts a container looks at it as well.
            case STARTED -> {
                if (!keeper.isBusy(changed.container())) {
                    inspectSoon(keeper, changed.container(), changed.id());
                }
            }
            case DIED, HEALTH -> inspectSoon(keeper, changed.container(), changed.id());
        }
    }

    private void inspectSoon(Keeper keeper, String container, String id) {
        if (inspecting.add(id)) {
            surroundings.threads().execute(() -> {
                inspecting.remove(id);
                inspect(keeper, container, id);
            });
        }
    }

    private void inspect(Keeper keeper, String container, String id) {
        try {
            look(keeper, container, id);
        } catch (EngineException e) {
            LOG.warn("Cannot look at container {} of {}, to be tried again: {}", container, keeper.key(), e.text());
            Instant soon = surroundings.clock().instant().plusSeconds(1);
            surroundings.alarm().at(soon, () -> inspectSoon(keeper, container, id));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Keeper keeper, String container, String id) throws InterruptedException {
        Fact fact = engine.inspect(id)
                .<Fact>map(found -> new Fact.Seen(found.container()))
                .orElseGet(() -> new Fact.Gone(container, id));
        keeper.learn(fact);
    }

    /** Looks at everything there is: what was known and is not there any more is gone. */
    private void list() throws InterruptedException {
        images.changed();
        facts = engine.facts();
        Map<String, Map<String, ObservedContainer>> before = new HashMap<>();
        keepers.forEach((key, keeper) -> before.put(key, keeper.seen()));
        List<Listing> found = engine.list();
        Set<String> ids = new HashSet<>();
        List<FutureTask<Boolean>> looks = new ArrayList<>();
        for (Listing listing : found) {
            ids.add(listing.id());
            Keeper keeper = found(listing);
            Optional<ObservedContainer> known = Optional.ofNullable(
                    before.getOrDefault(listing.workload(), Map.of()).get(listing.container()));
            boolean unchanged = known.filter(seen -> seen.id().equals(listing.id()) && seen.isExited())
                    .isPresent();
            if (!unchanged) {
                looks.add(lookBeside(keeper, listing));
            }
        }
        for (FutureTask<Boolean> look : looks) {
            await(look);
        }
        surroundings.leash().retain(ids);
        before.forEach((key, seen) -> seen.forEach((name, container) -> {
            Keeper keeper = keepers.get(key);
            if (keeper != null && !ids.contains(container.id())) {
                keeper.learn(new Fact.Gone(name, container.id()));
            }
        }));
        LOG.info("The engine has {} containers of this node", found.size());
        listed = true;
        keepers.values().forEach(Keeper::wake);
    }

    private FutureTask<Boolean> lookBeside(Keeper keeper, Listing listing) {
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            look(keeper, listing.container(), listing.id());
            return true;
        });
        surroundings.threads().execute(task);
        return task;
    }

    /** Without this one's answer the list is not complete, and the container would count as gone. */
    private static void await(FutureTask<Boolean> look) throws InterruptedException {
        try {
            look.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof EngineException refused ? refused : new IllegalStateException(e.getCause());
        }
    }

    private Keeper found(Listing listing) {
        membership.lock();
        try {
            int slash = listing.workload().lastIndexOf('/');
            String scope = listing.workload().substring(0, Math.max(0, slash));
            Keeper keeper = keeper(scope, listing.workload().substring(slash + 1));
            if (obeyed && keeper.desired().isEmpty()) {
                keeper.dismiss();
            }
            return keeper;
        } finally {
            membership.unlock();
        }
    }

    /** What shall run here; empty while nobody has said so. */
    private Optional<List<Keeper>> kept() {
        return obeyed ? Optional.of(List.copyOf(keepers.values())) : Optional.empty();
    }

    @Override
    public void serve(OpenChannel request, Source input, Sink output) throws InterruptedException {
        channels.serve(request, input, output);
    }

    /** Stops watching. Containers run on: whoever opens the next workshop adopts them. */
    @Override
    public void close() {
        closed = true;
        housekeeping.close();
        lookout.ifPresent(Lookout::close);
    }
}
