package dev.gantry.agent.metadata;

import dev.gantry.agent.TaskCounsel;
import dev.gantry.agent.TaskEndpoints;
import dev.gantry.agent.Tenants;
import dev.gantry.agent.Tenants.Tenant;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.ContainerEngine.Bridge;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.network.TaskAddress;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.proto.ContainerSpec;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.NetworkMode;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the task metadata endpoints of this node: one thread sees to it that the address leads to the server. Nothing is changed on a machine
 * before the first task needs it.
 */
public final class TaskServer implements TaskEndpoints, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TaskServer.class);
    private static final String URL = "http://" + TaskAddress.ADDRESS;
    private static final Set<String> READS = Set.of("GET", "HEAD");
    private static final Duration AGAIN = Duration.ofSeconds(30);
    // Others change the same kernel: what they took away comes back.
    private static final Duration REFRESH = Duration.ofMinutes(1);
    private static final Duration START_WITHIN = Duration.ofSeconds(10);

    /**
     * Of this node.
     *
     * @param zone its availability zone
     */
    public record Settings(String node, String zone, Path directory) {}

    private final Settings settings;
    private final ContainerEngine engine;
    private final SecureRandom chance;
    private final Rates rates;
    private final Samples samples;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition needed = lock.newCondition();
    private final Condition settled = lock.newCondition();
    private final Thread thread;
    private volatile Tenants tenants = Nobody.HERE;
    private volatile TaskCounsel counsel = _ -> {
        throw new IOException("the agent has only just begun");
    };
    private volatile Optional<Passes> passes;
    private volatile boolean offered;
    private Optional<Door> door = Optional.empty();
    private boolean isNeeded;
    private boolean tried;
    private boolean complained;

    private TaskServer(
            Settings settings,
            ContainerEngine engine,
            SecureRandom chance,
            LongSupplier nanos,
            Optional<Passes> passes) {
        this.settings = settings;
        this.engine = engine;
        this.chance = chance;
        this.rates = new Rates(nanos);
        this.samples = new Samples(engine);
        this.passes = passes;
        // Tasks of an earlier process may ask at any time.
        this.isNeeded = passes.isPresent();
        this.thread = Thread.ofVirtual().name("task-endpoints").unstarted(this::run);
    }

    /**
     * Goes on with what an earlier process began.
     *
     * @param engine on this machine
     * @param chance of which nobody knows what comes next
     * @param nanos  a clock that never goes back
     */
    public static TaskServer start(Settings settings, ContainerEngine engine, SecureRandom chance, LongSupplier nanos)
            throws IOException {
        TaskServer server = new TaskServer(settings, engine, chance, nanos, Passes.read(secret(settings)));
        server.thread.start();
        return server;
    }

    private static Path secret(Settings settings) {
        return settings.directory().resolve("task-passes");
    }

    private enum Nobody implements Tenants {
        HERE;

        @Override
        public Optional<Tenant> task(String id) {
            return Optional.empty();
        }

        @Override
        public Optional<Tenant> taskAt(String address) {
            return Optional.empty();
        }
    }

    @Override
    public void meet(Tenants those, TaskCounsel asked) {
        tenants = those;
        counsel = asked;
    }

    @Override
    public Map<String, String> variables(DesiredWorkload workload, String container) throws InterruptedException {
        if (!hasNetwork(workload, container)) {
            return Map.of();
        }
        awaitStart();
        Optional<Passes> known = passes;
        if (!offered || known.isEmpty()) {
            return Map.of();
        }
        String pass = known.get().of(workload.getScope(), workload.getId(), container);
        String launch = workload.getTask().getLaunchType().equals("FARGATE") ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2";
        return Map.of(
                "ECS_CONTAINER_METADATA_URI", URL + "/v3/" + pass,
                "ECS_CONTAINER_METADATA_URI_V4", URL + "/v4/" + pass,
                "ECS_AGENT_URI", URL + "/api/" + pass,
                "AWS_EXECUTION_ENV", launch);
    }

    private static boolean hasNetwork(DesiredWorkload workload, String container) {
        boolean isTask = !workload.getSpec().hasPod() && !Sandbox.isNamed(container);
        return isTask
                && workload.getSpec().getNetwork() != NetworkMode.NONE
                && Sandbox.container(workload, container)
                        .filter(ContainerSpec::getDisableNetworking)
                        .isEmpty();
    }

    /** The first who needs it waits until it is there, or cannot be. */
    private void awaitStart() throws InterruptedException {
        lock.lock();
        try {
            if (!isNeeded) {
                isNeeded = true;
                needed.signal();
            }
            long left = START_WITHIN.toNanos();
            while (!tried && left > 0) {
                left = settled.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                awaitNeed();
                offered = work();
                tried();
                pause(offered ? REFRESH : AGAIN);
            }
        } catch (InterruptedException _) {
            LOG.debug("the thread of the task endpoints ends");
        }
    }

    private void awaitNeed() throws InterruptedException {
        lock.lock();
        try {
            while (!isNeeded) {
                needed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void tried() {
        lock.lock();
        try {
            tried = true;
            settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            boolean _ = needed.await(patience.toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            lock.unlock();
        }
    }

    /** Whether everything is as it should be now. */
    private boolean work() throws InterruptedException {
        try {
            if (passes.isEmpty()) {
                passes = Optional.of(Passes.make(secret(settings), chance));
            }
            TaskAddress.take();
            if (door.isEmpty()) {
                door = Optional.of(Door.open(TaskAddress.ADDRESS, this::answer));
            }
            int port = door.get().port();
            TaskAddress.lead(
                    settings.node(), engine.bridge().map(Bridge::name).stream().toList(), port);
            if (!offered) {
                LOG.info("answers what tasks ask about themselves at {}", URL);
            }
            complained = false;
            return true;
        } catch (IOException | EngineException e) {
            complain(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("The task endpoints failed", e);
        }
        return false;
    }

    private void complain(String reason) {
        if (!complained) {
            LOG.warn(
                    "Tasks cannot ask this node about themselves, and are not told that they could; it is tried again:"
                            + " {}. It needs root, and the programs nft (package nftables) and ip (package iproute2).",
                    reason);
            complained = true;
        }
    }

    private Reply answer(Door.Call call) throws InterruptedException {
        if (!rates.admits(call.from())) {
            return Reply.failure(429, "too many questions; ask again later");
        }
        Optional<Passes> known = passes;
        if (known.isEmpty()) {
            return Reply.failure(404, "there is nothing at this path");
        }
        Answers answers = new Answers(tenants, known.get(), engine, samples, settings.zone());
        Optional<String> protecting = Protection.pass(call.path());
        if (protecting.isPresent()) {
            return new Protection(answers, counsel).answer(call, protecting.get());
        }
        if (!READS.contains(call.method())) {
            return Reply.failure(405, "only GET is answered here");
        }
        Optional<Question> question = Question.of(call.path());
        return question.isEmpty()
                ? Reply.failure(404, "there is nothing at this path")
                : answers.answer(question.get(), call.from());
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(Duration.ofSeconds(15));
        // The rules stay: what tasks ask meanwhile must not reach somebody else's port 80.
        door.ifPresent(Door::close);
    }
}
