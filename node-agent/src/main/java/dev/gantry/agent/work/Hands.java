package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.AgentSettings.PullBehavior;
import dev.gantry.agent.Leash;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.agent.plan.Action;
import dev.gantry.agent.plan.Fact;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.RegistryCredentials;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Performs actions on the engine and says what came of them. Never decides what to do next. */
final class Hands {

    private static final Logger LOG = LoggerFactory.getLogger(Hands.class);
    private static final String FROM_ENGINE = "Error response from daemon: ";

    private final ContainerEngine engine;
    private final AgentSettings.Engine settings;
    private final Images images;
    private final Builder builder;
    private final Belongings belongings;
    private final Journal journal;
    private final Leash leash;
    private final InstantSource clock;
    private final Semaphore starts;
    private final Pods pods;

    Hands(
            ContainerEngine engine,
            AgentSettings.Engine settings,
            Images images,
            Builder builder,
            Journal journal,
            Leash leash,
            InstantSource clock,
            Pods pods) {
        this.engine = engine;
        this.settings = settings;
        this.images = images;
        this.builder = builder;
        this.belongings = new Belongings(builder);
        this.journal = journal;
        this.leash = leash;
        this.clock = clock;
        this.pods = pods;
        this.starts = new Semaphore(settings.parallelStarts(), true);
    }

    /** Draws up a container with everything it needs on this node. */
    interface Builder {
        /** Reaches for what the container needs of other machines, which may take long. */
        void attach(DesiredWorkload workload, ContainerSpec container) throws InterruptedException;

        /** Lets go of what the workload has of other machines, when nothing of it runs any more. */
        void detach(DesiredWorkload workload) throws InterruptedException;

        Creation prepare(DesiredWorkload workload, ContainerSpec container) throws InterruptedException;

        /** What the container left behind at its termination message path; empty for a task's. */
        String words(DesiredWorkload workload, String container);

        /** Keeps what an ended container of a pod wrote, in place of what was kept of the one before. */
        void keepLog(DesiredWorkload workload, String container, String id) throws InterruptedException;

        /** Writes anew what changed in the files that a pod's containers have mounted. */
        void refresh(DesiredWorkload workload);

        /** Takes away what belongs to the workload beside its containers. */
        void clear(DesiredWorkload workload) throws InterruptedException;
    }

    List<Fact> perform(DesiredWorkload workload, Action action) throws InterruptedException {
        return switch (action) {
            case Action.Pull(String name) -> pull(workload, name);
            case Action.Create(String name) -> launch(workload, name, false);
            case Action.Launch(String name) -> pods.shielded(workload, name, () -> launch(workload, name, true));
            case Action.Start(String name, String id) ->
                pods.shielded(workload, name, () -> startAgain(workload, name, id));
            case Action.Stop(String name, String id, Duration grace) ->
                stop(name, id, pods.beforeStop(workload, name, id, grace));
            case Action.Tail(String name, String id) ->
                List.of(new Fact.TailRead(name, new LogTail(engine).read(id), builder.words(workload, name)));
            case Action.Ask question -> pods.ask(workload, spec(workload, question.container()), question);
            case Action.Look(String name) -> look(workload, name);
            case Action.Remove(String name, String id) -> remove(name, id);
            case Action.Replace(String name, String id) -> {
                builder.keepLog(workload, name, id);
                yield remove(name, id);
            }
            case Action.Detach() -> belongings.detach(workload);
            case Action.Clear() -> belongings.clear(workload);
            case Action.Refresh() -> belongings.refresh(workload);
            // Its keeper interrupts the pull; the pull itself says that it ended.
            case Action.Abandon(String _) -> List.of();
        };
    }

    private static ContainerSpec spec(DesiredWorkload workload, String name) {
        return Sandbox.container(workload, name)
                .orElseThrow(() -> new IllegalStateException("no container " + name + " in " + Names.key(workload)));
    }

    private Images.Served obtain(DesiredWorkload workload, ContainerSpec spec) throws InterruptedException {
        List<RegistryCredentials> logins = spec.hasRegistryCredentials()
                ? List.of(spec.getRegistryCredentials())
                : RegistryLogins.of(workload, spec.getImage());
        return images.obtain(spec.getImage(), logins, behavior(spec));
    }

    /** A pod says itself when a registry is asked. */
    private static Optional<PullBehavior> behavior(ContainerSpec spec) {
        if (Sandbox.isNamed(spec.getName())) {
            return Optional.of(PullBehavior.PREFER_CACHED);
        }
        return spec.hasPod()
                ? Optional.of(
                        switch (spec.getPod().getPull()) {
                            case ALWAYS -> PullBehavior.DEFAULT;
                            case NEVER -> PullBehavior.NEVER;
                            case IF_NOT_PRESENT, UNRECOGNIZED -> PullBehavior.PREFER_CACHED;
                        })
                : Optional.empty();
    }

    private List<Fact> pull(DesiredWorkload workload, String name) {
        ContainerSpec spec = spec(workload, name);
        long fromMs = clock.millis();
        try {
            if (Sandbox.isNamed(spec.getName())) {
                pods.provideImage();
            }
            Images.Served served = obtain(workload, spec);
            return List.of(new Fact.ImageReady(name, served.image().digest(), fromMs, clock.millis(), served.note()));
        } catch (EngineException e) {
            return e.kind() == Kind.UNREACHABLE
                    ? List.of(new Fact.Delayed(name, e.text(), false))
                    : List.of(new Fact.Failed(name, "CannotPullContainerError: " + FROM_ENGINE + e.text(), false));
        } catch (InterruptedException _) {
            // Its keeper wants it no more; nothing else waits on this thread.
            return List.of(new Fact.Abandoned(name));
        }
    }

    private List<Fact> launch(DesiredWorkload workload, String name, boolean start) throws InterruptedException {
        ContainerSpec spec = spec(workload, name);
        Optional<Fact> problem = belongings.attach(workload, spec);
        if (problem.isPresent()) {
            return List.of(problem.get());
        }
        starts.acquire();
        try {
            Creation creation = behindGate(workload, builder.prepare(workload, spec));
            if (!start) {
                String id = create(workload, creation);
                return sighted(name, id);
            }
            FutureTask<Boolean> checkpoint = checkpoint(workload, name);
            String id = create(workload, creation);
            await(checkpoint);
            hold(workload, name, id);
            return started(workload, name, id);
        } catch (RefusedTaskException e) {
            return List.of(new Fact.Failed(name, e.reason(), false));
        } catch (EngineException e) {
            return notCreated(name, e);
        } finally {
            starts.release();
        }
    }

    /** This agent may stand still between the look at its leash and the start; the engine then finds no gate. */
    private Creation behindGate(DesiredWorkload workload, Creation creation) {
        if (!workload.getSpec().getSingleton()) {
            return creation;
        }
        try {
            return creation.behind(leash.gate(creation.name()));
        } catch (UncheckedIOException e) {
            throw new RefusedTaskException("CannotCreateContainerError", e.getMessage() + ": " + e.getCause());
        }
    }

    /** Written while the engine creates the container; it must be durable only before the start. */
    private FutureTask<Boolean> checkpoint(DesiredWorkload workload, String name) {
        FutureTask<Boolean> task =
                new FutureTask<>(() -> journal.begin(workload.getScope(), workload.getId(), name), true);
        Thread.ofVirtual().name("checkpoint").start(task);
        return task;
    }

    private static void await(FutureTask<Boolean> checkpoint) throws InterruptedException {
        try {
            checkpoint.get();
        } catch (ExecutionException e) {
            throw new RefusedTaskException(
                    "CannotStartContainerError", "the agent's journal cannot be written: " + e.getCause());
        }
    }

    /** The name follows from the workload: when it is taken, an earlier attempt made the container, and it is adopted. */
    private String create(DesiredWorkload workload, Creation creation) throws InterruptedException {
        try {
            return engine.create(creation);
        } catch (EngineException e) {
            if (e.kind() == Kind.NOT_FOUND) {
                return createAgain(workload, creation);
            }
            if (e.kind() != Kind.CONFLICT) {
                throw e;
            }
            return engine.inspect(creation.name())
                    .filter(found -> found.workload().equals(Names.key(workload)))
                    .orElseThrow(() -> e)
                    .container()
                    .id();
        }
    }

    /** Somebody removed the image after it was found present. */
    private String createAgain(DesiredWorkload workload, Creation creation) throws InterruptedException {
        images.changed();
        if (Sandbox.isNamed(creation.spec().getName())) {
            pods.provideImage();
        }
        Images.Served _ = obtain(workload, creation.spec());
        return engine.create(creation);
    }

    private List<Fact> notCreated(String name, EngineException e) {
        return switch (e.kind()) {
            case UNREACHABLE -> List.of(new Fact.Delayed(name, e.text(), false));
            case TIMEOUT -> List.of(new Fact.Failed(name, timedOut("created", settings.createTimeout()), true));
            default -> List.of(new Fact.Failed(name, "CannotCreateContainerError: " + FROM_ENGINE + e.text(), false));
        };
    }

    private static String timedOut(String state, Duration after) {
        long seconds = after.toSeconds();
        String spoken = (seconds >= 60 ? seconds / 60 + "m" : "") + seconds % 60 + "s";
        return "DockerTimeoutError: Could not transition to " + state + "; timed out after waiting " + spoken;
    }

    private List<Fact> startAgain(DesiredWorkload workload, String name, String id) throws InterruptedException {
        Optional<Fact> problem = belongings.attach(workload, spec(workload, name));
        if (problem.isPresent()) {
            return List.of(problem.get());
        }
        starts.acquire();
        try {
            await(checkpoint(workload, name));
            hold(workload, name, id);
            return started(workload, name, id);
        } catch (RefusedTaskException e) {
            return List.of(new Fact.Failed(name, e.reason(), false));
        } finally {
            starts.release();
        }
    }

    /** Before the start, so that there is no moment in which it runs and nothing would end it. */
    private void hold(DesiredWorkload workload, String name, String id) throws InterruptedException {
        try {
            if (workload.getSpec().getSingleton() && !leash.hold(id, Names.container(workload, name))) {
                removeLeftover(workload, name, id);
                throw new RefusedTaskException(
                        "LeashExpiredError",
                        "this node has heard no leader for too long to start what must not run twice");
            }
        } catch (UncheckedIOException e) {
            removeLeftover(workload, name, id);
            throw new RefusedTaskException("CannotStartContainerError", e.getMessage() + ": " + e.getCause());
        }
    }

    private List<Fact> started(DesiredWorkload workload, String name, String id) throws InterruptedException {
        try {
            engine.start(id);
            Optional<String> spoilt = pods.afterStart(workload, spec(workload, name), id);
            if (spoilt.isPresent()) {
                LOG.info("Container {} of {} is stopped: {}", name, Names.key(workload), spoilt.get());
                engine.stop(id, settings.callTimeout());
            }
            return sighted(name, id);
        } catch (EngineException e) {
            return switch (e.kind()) {
                case UNREACHABLE -> List.of(new Fact.Delayed(name, e.text(), true));
                case TIMEOUT -> List.of(new Fact.Failed(name, timedOut("started", settings.startTimeout()), true));
                default -> {
                    removeLeftover(workload, name, id);
                    yield List.of(new Fact.Failed(name, "CannotStartContainerError: " + FROM_ENGINE + e.text(), false));
                }
            };
        }
    }

    /** A container that could not be started may hold ports and names. */
    private void removeLeftover(DesiredWorkload workload, String name, String id) throws InterruptedException {
        try {
            boolean neverRan = engine.inspect(id)
                    .filter(found -> found.container().state() == ObservedContainer.State.CREATED)
                    .isPresent();
            if (neverRan) {
                engine.remove(id);
                leash.release(id);
            }
        } catch (EngineException e) {
            LOG.warn("Container {} of {} could not be started and stays: {}", name, Names.key(workload), e.text());
        }
    }

    private List<Fact> sighted(String name, String id) throws InterruptedException {
        try {
            return engine.inspect(id)
                    .<List<Fact>>map(found -> List.of(new Fact.Launched(found.container())))
                    .orElseGet(() -> List.of(new Fact.Delayed(name, "", true), new Fact.Gone(name, id)));
        } catch (EngineException e) {
            return List.of(new Fact.Delayed(name, e.text(), true));
        }
    }

    private List<Fact> stop(String name, String id, Duration grace) throws InterruptedException {
        try {
            stopOrKill(id, grace);
            return engine.inspect(id)
                    .<List<Fact>>map(found -> List.of(new Fact.Seen(found.container()), new Fact.Done(name)))
                    .orElseGet(() -> List.of(new Fact.Gone(name, id), new Fact.Done(name)));
        } catch (EngineException e) {
            return List.of(
                    e.kind() == Kind.NOT_FOUND
                            ? new Fact.Gone(name, id)
                            : new Fact.Delayed(name, "CannotStopContainerError: " + e.text(), false),
                    new Fact.Done(name));
        }
    }

    private void stopOrKill(String id, Duration grace) throws InterruptedException {
        try {
            engine.stop(id, grace);
        } catch (EngineException e) {
            if (e.kind() != Kind.TIMEOUT) {
                throw e;
            }
            engine.kill(id);
        }
    }

    private List<Fact> look(DesiredWorkload workload, String name) throws InterruptedException {
        try {
            Optional<Sighting> found = engine.inspect(Names.container(workload, name));
            return List.of(
                    found.<Fact>map(sighting -> new Fact.Seen(sighting.container()))
                            .orElseGet(() -> new Fact.Gone(name, "")),
                    new Fact.Done(name));
        } catch (EngineException e) {
            return List.of(new Fact.Delayed(name, e.text(), true));
        }
    }

    private List<Fact> remove(String name, String id) throws InterruptedException {
        try {
            engine.remove(id);
            leash.release(id);
            return List.of(new Fact.Gone(name, id), new Fact.Done(name));
        } catch (EngineException e) {
            LOG.warn("Container {} cannot be removed: {}", id, e.text());
            return List.of(new Fact.Delayed(name, "", false));
        }
    }
}
