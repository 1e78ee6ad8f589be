package dev.gantry.e2e.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Calls something from several workers for a while, after some calls that do not count. */
final class Load {

    interface Call {
        void run(int worker) throws Exception;
    }

    private Load() {}

    /** Calls per second of all workers together. */
    static double perSecond(int workers, double seconds, Call call) throws Exception {
        run(workers, seconds / 3, call);
        long start = System.nanoTime();
        long calls = run(workers, seconds, call);
        return calls / ((System.nanoTime() - start) / 1e9);
    }

    private static long run(int workers, double seconds, Call call) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Long>> tasks = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                int worker = i;
                tasks.add(() -> {
                    long calls = 0;
                    while (System.nanoTime() < end) {
                        call.run(worker);
                        calls++;
                    }
                    return calls;
                });
            }
            long calls = 0;
            for (Future<Long> task : threads.invokeAll(tasks)) {
                calls += task.get();
            }
            return calls;
        }
    }
}
