package dev.gantry.e2e.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one queue and the one clock: does what is due in the order of virtual time. Everything runs on the caller's thread;
 * what waits meanwhile is a virtual thread that this thread carries.
 */
final class Agenda implements AutoCloseable {

    /** Something to do at its time. */
    interface Task {
        void run() throws InterruptedException;
    }

    /** Ends what a process was doing when it was killed. Not an exception, so that no code under test survives it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("this process was killed", null, false, false);
        }
    }

    /** What stands for a thread: does one thing after another, waits while it is paused, and can be killed. */
    static final class Lane {
        private final Process process;
        private final Deque<Task> waiting = new ArrayDeque<>();
        private boolean busy;
        private boolean ended;

        Lane(Process process) {
            this.process = process;
        }

        void end() {
            waiting.clear();
            ended = true;
        }

        private boolean isGone() {
            return ended || process.killed;
        }
    }

    /** Lanes that are paused and killed together. */
    static final class Process {
        private final Set<Turn> turns = new LinkedHashSet<>();
        private boolean killed;
        private long pausedUntil;

        boolean isKilled() {
            return killed;
        }

        /** Ends what it is doing, wherever that waits. */
        void kill() {
            killed = true;
            Thread current = Thread.currentThread();
            List.copyOf(turns).stream()
                    .map(turn -> turn.thread)
                    .filter(thread -> thread != null && thread != current)
                    .forEach(Thread::interrupt);
        }
    }

    /** One task of a lane while it is being done. */
    private static final class Turn {
        private final Lane lane;
        private @Nullable Thread thread;

        Turn(Lane lane) {
            this.lane = lane;
        }
    }

    /** Somebody who waits for a time. */
    private static final class Sleeper {
        private final Thread thread = Thread.currentThread();
        private boolean due;
    }

    private record Entry(
            long at,
            long order,
            Lane lane,
            @Nullable Task task,
            @Nullable Sleeper sleeper) {}

    /** Inherited by the threads that production's code starts. */
    private static final InheritableThreadLocal<Turn> CURRENT = new InheritableThreadLocal<>();

    private final PriorityQueue<Entry> queue =
            new PriorityQueue<>(Comparator.comparingLong(Entry::at).thenComparingLong(Entry::order));
    private final Threads threads = new Threads();
    private final Process world = new Process();
    private final Set<Process> processes = new LinkedHashSet<>();
    private long now;
    private long order;
    private long done;
    private @Nullable Throwable failure;

    /** Nanoseconds since the beginning. */
    long now() {
        return now;
    }

    Duration elapsed() {
        return Duration.ofNanos(now);
    }

    long done() {
        return done;
    }

    /** For what belongs to no process: the world itself. */
    void after(Duration delay, Task task) {
        after(delay, new Lane(world), task);
    }

    void after(Duration delay, Lane lane, Task task) {
        queue.add(new Entry(now + Math.max(0, delay.toNanos()), order++, lane, task, null));
    }

    void pause(Process process, Duration duration) {
        process.pausedUntil = Math.max(process.pausedUntil, now + duration.toNanos());
    }

    /** Lets the others go on while the one that runs now waits for something that takes time. */
    void sleep(Duration duration) throws InterruptedException {
        Turn turn = CURRENT.get();
        if (turn == null || !Thread.currentThread().isVirtual()) {
            return; // Before the beginning.
        }
        checkAlive(turn);
        Sleeper sleeper = new Sleeper();
        queue.add(new Entry(now + Math.max(0, duration.toNanos()), order++, turn.lane, null, sleeper));
        while (!sleeper.due) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                sleeper.due = true;
                checkAlive(turn);
                throw new InterruptedException();
            }
        }
        checkAlive(turn);
    }

    /** Ends the one that runs now if it was killed: a dead process does nothing to the world. */
    static void checkAlive() {
        checkAlive(CURRENT.get());
    }

    private static void checkAlive(@Nullable Turn turn) {
        if (turn != null && turn.lane.isGone()) {
            throw new Killed();
        }
    }

    /** Something that is done elsewhere on behalf of a process, and ends in an answer or an exception. */
    interface Errand<T> {
        T run(Process sender) throws InterruptedException;
    }

    /** Has it done by the world, and waits for the answer; it is done even if who waits does not live to hear of it. */
    <T> T aside(Errand<T> errand) throws InterruptedException {
        Turn turn = CURRENT.get();
        if (turn == null || !Thread.currentThread().isVirtual()) {
            return errand.run(world);
        }
        FutureTask<T> task = new FutureTask<>(() -> errand.run(turn.lane.process));
        after(Duration.ZERO, task::run);
        try {
            T answer = task.get();
            sleep(Duration.ZERO); // Whoever is paused hears it later, whoever is dead never.
            return answer;
        } catch (ExecutionException e) {
            sleep(Duration.ZERO);
            switch (e.getCause()) {
                case RuntimeException failed -> throw failed;
                case Error failed -> throw failed;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            checkAlive(turn);
            throw e;
        }
    }

    void run(Duration duration) throws InterruptedException {
        long end = now + duration.toNanos();
        for (Entry next = queue.peek(); next != null && next.at() <= end; next = queue.peek()) {
            queue.remove();
            now = Math.max(now, next.at());
            perform(next);
        }
        now = Math.max(now, end);
    }

    private void perform(Entry entry) throws InterruptedException {
        Lane lane = entry.lane();
        if (lane.isGone()) {
            return;
        }
        if (lane.process.pausedUntil > now) {
            queue.add(new Entry(lane.process.pausedUntil, entry.order(), lane, entry.task(), entry.sleeper()));
            return;
        }
        if (entry.sleeper() != null) {
            wake(entry.sleeper());
        } else if (entry.task() != null) {
            if (lane.busy) {
                lane.waiting.add(entry.task());
                return;
            }
            begin(lane, entry.task());
        }
        threads.drain();
        report();
    }

    private static void wake(Sleeper sleeper) {
        if (!sleeper.due) {
            sleeper.due = true;
            LockSupport.unpark(sleeper.thread);
        }
    }

    private void begin(Lane lane, Task task) {
        done++;
        lane.busy = true;
        processes.add(lane.process);
        Turn turn = new Turn(lane);
        lane.process.turns.add(turn);
        turn.thread = threads.start(() -> take(turn, task));
    }

    private void take(Turn turn, Task task) {
        CURRENT.set(turn);
        try {
            task.run();
        } catch (Killed | InterruptedException e) {
            if (!turn.lane.isGone()) {
                fail(e);
            }
        } catch (RuntimeException | Error e) {
            fail(turn.lane.process.killed && !(e instanceof Violation) ? failure : e);
        } finally {
            turn.lane.process.turns.remove(turn);
            turn.lane.busy = false;
            release(turn.lane);
        }
    }

    private void release(Lane lane) {
        for (Task task = lane.waiting.poll(); task != null; task = lane.waiting.poll()) {
            after(Duration.ZERO, lane, task);
        }
    }

    /** Ends the run with this, the first one counts. */
    void fail(@Nullable Throwable cause) {
        failure = failure == null ? cause : failure;
    }

    private void report() throws InterruptedException {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case InterruptedException e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    /** Ends whatever still waits, because a thread that never goes on is never forgotten. */
    @Override
    public void close() {
        processes.forEach(Process::kill);
        threads.drain();
    }
}
