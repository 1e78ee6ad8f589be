package dev.gantry.agent.simulated;

import dev.gantry.agent.engine.Creation;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** What there is around a simulated engine: time, and what its containers do. */
public interface Surroundings {

    /** Milliseconds since the epoch. */
    long millis();

    Program program(Creation creation);

    /**
     * Time passes as it does before a container runs.
     *
     * @throws dev.gantry.agent.engine.EngineException if it does not start
     */
    void starting(Creation creation) throws InterruptedException;

    void later(Duration delay, Runnable what);

    /** Waits until it is so; looks again whenever {@link #changed}. */
    void await(BooleanSupplier so) throws InterruptedException;

    /** Something may be so by now. Called without the engine's lock. */
    void changed();
}
