package dev.gantry.agent.work;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Alarms of the real clock. The wait is a duration from now, so that a clock that is set meanwhile changes nothing. */
public final class Alarms implements Alarm, AutoCloseable {

    private final InstantSource clock;
    private final Executor threads;
    private final ScheduledThreadPoolExecutor timer;

    /**
     * @param threads run what is due
     */
    public Alarms(InstantSource clock, Executor threads) {
        this.clock = clock;
        this.threads = threads;
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("alarms").daemon().factory());
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void at(Instant when, Runnable what) {
        long delayMs = Math.max(0, Duration.between(clock.instant(), when).toMillis()) + 1;
        if (!timer.isShutdown()) {
            var _ = timer.schedule(() -> threads.execute(what), delayMs, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
