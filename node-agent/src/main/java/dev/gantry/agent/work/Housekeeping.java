package dev.gantry.agent.work;

import dev.gantry.agent.engine.EngineException;
import dev.gantry.proto.DesiredWorkload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes, from time to time, images and volumes that nothing needs any longer. */
final class Housekeeping implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final Images images;
    private final Volumes volumes;
    private final Duration interval;
    private final EngineWorkshop.Surroundings surroundings;
    private final Supplier<Optional<List<DesiredWorkload>>> wanted;
    private volatile boolean closed;

    /**
     * @param interval between two rounds; there are none when it is not positive
     * @param wanted   what shall run here; empty while that is not known, and then no volume is removed
     */
    Housekeeping(
            Images images,
            Volumes volumes,
            Duration interval,
            EngineWorkshop.Surroundings surroundings,
            Supplier<Optional<List<DesiredWorkload>>> wanted) {
        this.images = images;
        this.volumes = volumes;
        this.interval = interval;
        this.surroundings = surroundings;
        this.wanted = wanted;
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
            Optional<List<DesiredWorkload>> known = wanted.get();
            if (known.isPresent()) {
                volumes.removeOrphans(known.get());
            }
        } catch (EngineException e) {
            LOG.warn("Keeping house failed, to be tried again: {}", e.text());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            begin();
        }
    }

    /** There are no further rounds. */
    @Override
    public void close() {
        closed = true;
    }
}
