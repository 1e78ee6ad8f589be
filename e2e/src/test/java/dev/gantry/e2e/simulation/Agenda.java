package dev.gantry.e2e.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;

/** The one queue and the one clock: does what is due in the order of virtual time, on the caller's thread. */
final class Agenda {

    private static final int DEPTH_MAX = 4;

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

        Lane(Process process) {
            this.process = process;
            process.lanes.add(this);
        }

        void end() {
            process.lanes.remove(this);
            waiting.clear();
            ended = true;
        }

        private boolean ended;

        private boolean isGone() {
            return ended || process.killed;
        }
    }

    /** Lanes that are paused and killed together. */
    static final class Process {
        private final Deque<Lane> lanes = new ArrayDeque<>();
        private boolean killed;
        private long pausedUntil;

        boolean isKilled() {
            return killed;
        }

        void kill() {
            killed = true;
        }
    }

    private record Entry(long at, long order, Lane lane, Task task) {}

    private final PriorityQueue<Entry> queue =
            new PriorityQueue<>(Comparator.comparingLong(Entry::at).thenComparingLong(Entry::order));
    private final Process world = new Process();
    private long now;
    private long order;
    private long done;
    private int depth;
    private Lane current = new Lane(world);
    private Task afterEach = () -> {};

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

    void afterEach(Task check) {
        afterEach = check;
    }

    /** For what belongs to no process: the world itself. */
    void after(Duration delay, Task task) {
        after(delay, new Lane(world), task);
    }

    void after(Duration delay, Lane lane, Task task) {
        queue.add(new Entry(now + Math.max(0, delay.toNanos()), order++, lane, task));
    }

    void pause(Process process, Duration duration) {
        process.pausedUntil = Math.max(process.pausedUntil, now + duration.toNanos());
    }

    /** Lets the others go on while the one that runs now waits for something that takes time. */
    void sleep(Duration duration) throws InterruptedException {
        if (depth >= DEPTH_MAX) {
            return;
        }
        Lane sleeper = current;
        sleeper.busy = true;
        depth++;
        try {
            runUntil(now + duration.toNanos());
            while (now < sleeper.process.pausedUntil && !sleeper.isGone()) {
                runUntil(sleeper.process.pausedUntil);
            }
        } finally {
            depth--;
            sleeper.busy = false;
            current = sleeper;
            release(sleeper);
        }
        if (sleeper.isGone()) {
            throw new Killed();
        }
    }

    /** Ends the one that runs now, in the middle of what it does. */
    void killCurrent() {
        current.process.kill();
        throw new Killed();
    }

    void run(Duration duration) throws InterruptedException {
        runUntil(now + duration.toNanos());
    }

    private void runUntil(long end) throws InterruptedException {
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
        if (lane.busy) {
            lane.waiting.add(entry.task());
            return;
        }
        if (lane.process.pausedUntil > now) {
            queue.add(new Entry(lane.process.pausedUntil, entry.order(), lane, entry.task()));
            return;
        }
        Lane before = current;
        current = lane;
        lane.busy = true;
        try {
            done++;
            entry.task().run();
        } catch (Killed killed) {
            if (!lane.isGone()) {
                throw killed;
            }
        } finally {
            lane.busy = false;
            current = before;
            release(lane);
        }
        afterEach.run();
    }

    private void release(Lane lane) {
        for (Task task = lane.waiting.poll(); task != null; task = lane.waiting.poll()) {
            after(Duration.ZERO, lane, task);
        }
    }
}
