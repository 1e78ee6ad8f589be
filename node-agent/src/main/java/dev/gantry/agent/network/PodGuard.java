package dev.gantry.agent.network;

import dev.gantry.agent.DurableFile;
import dev.gantry.agent.RouteBook;
import dev.gantry.proto.LocalPod;
import dev.gantry.proto.LocalPods;
import dev.gantry.proto.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps network policies in force for the pods of this node: one thread brings the kernel's table to what is known of both. It keeps the pods in a
 * file for as long as policies say something of any, so that what it did last stands when an agent comes back. Where no policy says anything of a
 * pod, the machine is left as it is.
 */
final class PodGuard implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PodGuard.class);
    private static final Duration AGAIN = Duration.ofSeconds(5);
    // Others change the same kernel: what they took away comes back.
    private static final Duration REFRESH = Duration.ofMinutes(1);
    private static final Duration SHIELD_WITHIN = Duration.ofSeconds(10);

    /** Where the table is. */
    interface Kernel {
        void replace(String script) throws IOException, InterruptedException;

        void remove() throws IOException, InterruptedException;
    }

    /** What was known at some time; a later one has a higher number. */
    private record Knowledge(long number, SortedMap<String, NetworkPolicy> policies, SortedMap<String, LocalPod> pods) {

        Knowledge with(SortedMap<String, NetworkPolicy> others) {
            return new Knowledge(number + 1, others, pods);
        }

        /** An address is one pod's: whoever was told to have it before is gone. */
        Knowledge with(String workload, LocalPod pod) {
            SortedMap<String, LocalPod> changed = new TreeMap<>(pods);
            changed.values().removeIf(other -> other.getAddress().equals(pod.getAddress()));
            changed.put(workload, pod);
            return new Knowledge(number + 1, policies, changed);
        }

        Knowledge without(String workload) {
            SortedMap<String, LocalPod> changed = new TreeMap<>(pods);
            changed.remove(workload);
            return new Knowledge(number + 1, policies, changed);
        }
    }

    private final String node;
    private final Path file;
    private final Kernel kernel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition settled = lock.newCondition();
    private final Thread thread;
    private Knowledge known;
    private long tried;
    private long done;
    private String problem = "";
    /** What the kernel has from this process. */
    private Optional<String> applied = Optional.empty();

    private PodGuard(String node, Path file, Kernel kernel, Knowledge known) {
        this.node = node;
        this.file = file;
        this.kernel = kernel;
        this.known = known;
        this.thread = Thread.ofVirtual().name("pod-guard").unstarted(this::run);
    }

    /**
     * Goes on with what an earlier process knew.
     *
     * @param file of the pods
     * @param book as it was kept
     */
    static PodGuard start(String node, Path file, Kernel kernel, RouteBook book) throws IOException {
        SortedMap<String, LocalPod> pods = new TreeMap<>();
        if (Files.exists(file)) {
            pods.putAll(LocalPods.parseFrom(Files.readAllBytes(file)).getPodsMap());
        }
        PodGuard guard = new PodGuard(node, file, kernel, new Knowledge(1, book.policies(), pods));
        guard.thread.start();
        return guard;
    }

    /** These are the policies now. */
    void follow(RouteBook book) {
        lock.lock();
        try {
            if (!known.policies().equals(book.policies())) {
                learn(known.with(book.policies()));
            }
        } finally {
            lock.unlock();
        }
    }

    /** This is what there is of a workload now; empty where no pod has an address. */
    void house(String workload, Optional<LocalPod> pod) {
        lock.lock();
        try {
            if (!pod.equals(Optional.ofNullable(known.pods().get(workload)))) {
                learn(pod.isPresent() ? known.with(workload, pod.get()) : known.without(workload));
            }
        } finally {
            lock.unlock();
        }
    }

    private void learn(Knowledge newer) {
        known = newer;
        changed.signalAll();
    }

    /**
     * Waits until what policies say of a pod is in force.
     *
     * @param described with or without its address
     * @return why it is not; empty when all is well
     */
    Optional<String> shield(String workload, LocalPod described) throws InterruptedException {
        lock.lock();
        try {
            if (!PolicyRules.isGuarded(known.policies().values(), described)) {
                return Optional.empty();
            }
            if (!known.pods().containsKey(workload)) {
                return Optional.of("network policies select the pod, and its address is not known yet");
            }
            long wanted = known.number();
            long left = SHIELD_WITHIN.toNanos();
            while (done < wanted && tried < wanted && left > 0) {
                left = settled.awaitNanos(left);
            }
            return done >= wanted
                    ? Optional.empty()
                    : Optional.of("network policies select the pod and cannot be enforced on its node: "
                            + (problem.isEmpty() ? "its kernel has not taken them in time" : problem));
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        boolean isRefresh = false;
        try {
            while (true) {
                Knowledge wanted = current();
                Optional<String> failure = work(wanted, isRefresh);
                isRefresh = await(wanted, failure);
            }
        } catch (InterruptedException _) {
            log.debug("the guard's thread ends");
        }
    }

    private Knowledge current() {
        lock.lock();
        try {
            return known;
        } finally {
            lock.unlock();
        }
    }

    /** Says how it went, and waits for news or for the time to do the same again, which it then says. */
    private boolean await(Knowledge tried, Optional<String> failure) throws InterruptedException {
        lock.lock();
        try {
            if (failure.isEmpty()) {
                done = tried.number();
            } else if (!failure.get().equals(problem)) {
                log.warn("Network policies are not in force on this node, to be tried again: {}", failure.get());
            }
            problem = failure.orElse("");
            this.tried = tried.number();
            settled.signalAll();
            long left = (failure.isPresent() ? AGAIN : REFRESH).toNanos();
            while (known.number() == tried.number() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return left <= 0;
        } finally {
            lock.unlock();
        }
    }

    /** @return why what is wanted is not in force */
    private Optional<String> work(Knowledge wanted, boolean isRefresh) throws InterruptedException {
        Optional<String> script = PolicyRules.script(
                node, wanted.policies().values(), List.copyOf(wanted.pods().values()));
        if (script.equals(applied) && !(isRefresh && script.isPresent()) && !isLeftBehind(script)) {
            return Optional.empty();
        }
        try {
            if (script.isPresent()) {
                DurableFile.replace(
                        file,
                        LocalPods.newBuilder().putAllPods(wanted.pods()).build().toByteArray());
                kernel.replace(script.get());
            } else {
                kernel.remove();
                Files.deleteIfExists(file);
            }
            applied = script;
            return Optional.empty();
        } catch (IOException e) {
            // Of what the kernel has now nothing is known.
            applied = Optional.of("");
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            log.error("The guard of pods failed", e);
            applied = Optional.of("");
            return Optional.of(String.valueOf(e));
        }
    }

    /** Whether an earlier process left a table that nobody needs. */
    private boolean isLeftBehind(Optional<String> script) {
        return script.isEmpty() && Files.exists(file);
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join(Duration.ofSeconds(5));
    }
}
