package dev.gantry.agent.work;

import dev.gantry.agent.engine.EngineException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes, from time to time, images, volumes and mounts that nothing needs any longer. */
final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final Images images;
    private final Volumes volumes;
    private final PodMounts mounts;
    private final Duration interval;
    private final EngineWorkshop.Surroundings surroundings;
    private final Supplier<Optional<List<Keeper>>> kept;
    private final AtomicBoolean swept = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * @param interval between two rounds; there are none when it is not positive
     * @param kept     what shall run here; empty while that is not known, and then no volume is removed
     */
    Housekeeping(
            Images images,
            Volumes volumes,
            PodMounts mounts,
            Duration interval,
            EngineWorkshop.Surroundings surroundings,
            Supplier<Optional<List<Keeper>>> kept) {
        this.images = images;
        this.volumes = volumes;
        this.mounts = mounts;
        this.interval = interval;
        this.surroundings = surroundings;
        this.kept = kept;
    }

    void begin() {
        if (interval.isPositive() && !closed) {
            Instant next = surroundings.clock().instant().plus(interval);
            surroundings.alarm().at(next, () -> surroundings.threads().execute(this::round));
        }
    }

    private void round() {
        try {
            images.removeUnused();
            Optional<List<Keeper>> known = kept.get();
            if (known.isPresent()) {
                volumes.removeOrphans(known.get().stream()
                        .flatMap(keeper -> keeper.desired().stream())
                        .toList());
                mounts.sweep(this::mayMount);
            }
        } catch (EngineException e) {
            LOG.warn("Keeping house failed, to be tried again: {}", e.text());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            begin();
        }
    }

    /** It is known now what shall run here: what an earlier agent has left mounted for others is unmounted at once. */
    void settled() {
        if (swept.compareAndSet(false, true)) {
            surroundings.threads().execute(() -> {
                try {
                    mounts.sweep(this::mayMount);
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    /** As it is now: pods come while this goes on. */
    private boolean mayMount(String group) {
        return kept.get().stream()
                .flatMap(List::stream)
                .filter(keeper -> !keeper.isStopped())
                .flatMap(keeper -> keeper.desired().stream())
                .anyMatch(workload -> Names.group(workload).equals(group));
    }

    /** There are no further rounds. */
    @Override
    public void close() {
        closed = true;
    }
}
