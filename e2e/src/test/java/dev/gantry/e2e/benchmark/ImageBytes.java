package dev.gantry.e2e.benchmark;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Backend;
import dev.gantry.store.ImageStore;
import dev.gantry.store.Lease;
import dev.gantry.store.StoreSettings;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;

/** How much memory an image of given contents takes: the heap after collections, with the image and without. */
final class ImageBytes {

    private static final int COLLECTIONS = 3;

    private ImageBytes() {}

    static long of(Backend.Contents contents) throws InterruptedException {
        long before = used();
        try (ImageStore store =
                ImageStore.open(new Still(contents), Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand())) {
            long after = used();
            if (contents.entries().isEmpty()) {
                throw new IllegalStateException("nothing was measured");
            }
            // Reachable until here: otherwise it would be gone by now.
            Reference.reachabilityFence(store);
            return after - before;
        }
    }

    private static long used() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** A store in which nothing happens. */
    private record Still(Contents contents) implements Backend {

        @Override
        public Contents read() {
            return contents;
        }

        @Override
        public AutoCloseable watch(long revision, Watcher watcher) {
            return () -> {};
        }

        @Override
        public Result commit(Request request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Lease grant(Duration timeToLive) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean renew(Lease lease) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void revoke(Lease lease) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void compact(long revision) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    static double ownBytes(List<Backend.Entry> entries) {
        return ownBytes(entries, "workload/");
    }

    /** Of one of those whose paths begin so, in the mean. */
    static double ownBytes(List<Backend.Entry> entries, String prefix) {
        return entries.stream()
                .filter(entry -> entry.path().startsWith(prefix))
                .mapToInt(entry -> entry.value().size())
                .average()
                .orElse(0);
    }
}
