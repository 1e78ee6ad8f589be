package dev.gantry.controller.scheduler;

import dev.gantry.proto.Workload;
import dev.gantry.store.Snapshot;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Answers the same as {@link Placements#preview}, for those who ask often: it keeps its index of nodes from one question
 * to the next. For any number of threads.
 */
public final class PlacementForecast {

    private final ReentrantLock lock = new ReentrantLock();
    private final Scheduler scheduler;

    public PlacementForecast(RandomGenerator chance) {
        this.scheduler = new Scheduler(chance);
    }

    /** Decides for workloads that need not exist, one after the other, each knowing the ones before it. */
    public List<Placements.Preview> preview(Snapshot snapshot, List<Workload> workloads) {
        lock.lock();
        try {
            scheduler.follow(snapshot);
            return Placements.decide(scheduler, workloads);
        } finally {
            lock.unlock();
        }
    }
}
