package dev.gantry.e2e.cluster;

import dev.gantry.controller.resource.Workloads;
import dev.gantry.proto.EcsTask;
import dev.gantry.proto.RunState;
import dev.gantry.proto.Workload;
import dev.gantry.store.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Every state that a service's tasks were in, one per revision of the store, replayed from its history. */
record History(List<Count> counts) {

    /**
     * The tasks of one service at one revision.
     *
     * @param alive    not STOPPED
     * @param running  RUNNING and not asked to stop
     * @param byRevision alive and wanted, by the revision of their task definition
     */
    record Count(long revision, int alive, int running, Map<Integer, Integer> byRevision) {}

    /** Replays what happened after {@code from}, up to the newest revision of now. */
    static History of(Backend backend, String owner, long from) throws Exception {
        long last = backend.read().revision();
        LinkedBlockingQueue<Backend.Event> events = new LinkedBlockingQueue<>();
        Backend.Watcher watcher = new Backend.Watcher() {
            @Override
            public void changed(long revision, List<Backend.Event> changes) {
                events.addAll(changes);
            }

            @Override
            public void lost(String reason) {
                throw new AssertionError("history lost: " + reason);
            }
        };
        Map<String, Workload> tasks = new TreeMap<>();
        List<Count> counts = new ArrayList<>();
        try (AutoCloseable watch = backend.watch(from, watcher)) {
            long seen = from;
            List<Backend.Event> sameRevision = new ArrayList<>();
            while (seen < last) {
                Backend.Event event = events.poll(5, TimeUnit.SECONDS);
                if (event == null) {
                    break;
                }
                if (event.revision() != seen && !sameRevision.isEmpty()) {
                    apply(tasks, sameRevision, owner).ifPresent(counts::add);
                    sameRevision.clear();
                }
                seen = event.revision();
                sameRevision.add(event);
            }
            apply(tasks, sameRevision, owner).ifPresent(counts::add);
        }
        return new History(counts);
    }

    private static Optional<Count> apply(Map<String, Workload> tasks, List<Backend.Event> events, String owner)
            throws Exception {
        boolean touched = false;
        for (Backend.Event event : events) {
            if (!event.path().startsWith("workload/") || event.value() == null) {
                continue;
            }
            Workload workload = Workload.parseFrom(event.value());
            if (workload.getOwner().equals(owner)) {
                tasks.put(event.path(), workload);
                touched = true;
            }
        }
        return touched ? Optional.of(count(events.getLast().revision(), tasks)) : Optional.empty();
    }

    private static Count count(long revision, Map<String, Workload> tasks) throws Exception {
        int alive = 0;
        int running = 0;
        Map<Integer, Integer> wanted = new TreeMap<>();
        for (Workload task : tasks.values()) {
            if (Workloads.isStopped(task)) {
                continue;
            }
            alive++;
            if (task.getWish().getDesired() == RunState.STOP) {
                continue;
            }
            running += Workloads.isRunning(task) ? 1 : 0;
            wanted.merge(task.getOrigin().unpack(EcsTask.class).getRevision(), 1, Integer::sum);
        }
        return new Count(revision, alive, running, wanted);
    }

    /** The part after a revision, preceded by what stood there then. */
    History after(long revision) {
        int first = 0;
        for (int index = 0; index < counts.size(); index++) {
            if (counts.get(index).revision() <= revision) {
                first = index;
            }
        }
        return new History(counts.subList(first, counts.size()));
    }

    /** What happened to the wanted tasks of two revisions, each run of the same kind as one: "stop 2 old". */
    List<String> steps(int oldRevision, int newRevision) {
        List<String> steps = new ArrayList<>();
        Map<Integer, Integer> before = counts.getFirst().byRevision();
        String kind = "";
        int size = 0;
        for (Count count : counts) {
            int stopped = of(before, oldRevision) - of(count.byRevision(), oldRevision);
            int started = of(count.byRevision(), newRevision) - of(before, newRevision);
            before = count.byRevision();
            for (String next : stopped > 0 ? List.of("stop", "start") : List.of("start")) {
                int change = next.equals("stop") ? stopped : started;
                if (change != 0 && !next.equals(kind)) {
                    add(steps, kind, size);
                    kind = next;
                    size = 0;
                }
                size += change;
            }
        }
        add(steps, kind, size);
        return steps;
    }

    private static void add(List<String> steps, String kind, int size) {
        if (size != 0) {
            steps.add(kind + " " + size + (kind.equals("stop") ? " old" : " new"));
        }
    }

    private static int of(Map<Integer, Integer> counts, int revision) {
        return counts.getOrDefault(revision, 0);
    }
}
