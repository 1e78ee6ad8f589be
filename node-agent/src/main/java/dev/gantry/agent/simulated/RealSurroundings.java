package dev.gantry.agent.simulated;

import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.agent.plan.Sandbox;
import dev.gantry.agent.work.Alarm;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Around the engine of a simulated node that others see: real time, and chance as its owner asked for. */
final class RealSurroundings implements Surroundings {

    private final Simulation simulation;
    private final InstantSource clock;
    private final Alarm alarm;
    private final SplittableRandom chance;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changes = lock.newCondition();

    RealSurroundings(Simulation simulation, InstantSource clock, Alarm alarm) {
        this.simulation = simulation;
        this.clock = clock;
        this.alarm = alarm;
        this.chance = new SplittableRandom(simulation.seed());
    }

    private record Start(Duration takes, boolean fails) {}

    @Override
    public long millis() {
        return clock.millis();
    }

    @Override
    public Program program(Creation creation) {
        return Sandbox.isNamed(creation.spec().getName()) ? Program.SERVER : Program.of(creation.spec());
    }

    @Override
    public void starting(Creation creation) throws InterruptedException {
        if (Sandbox.isNamed(creation.spec().getName())) {
            return; // Its user knows nothing of it, and counts only what was asked for.
        }
        Start start = next();
        Thread.sleep(start.takes());
        if (start.fails()) {
            throw new EngineException(
                    Kind.FAILED,
                    "this start failed because the node is simulated with a failure rate of "
                            + simulation.failureRate());
        }
    }

    /** Both are drawn at every start, so that one choice does not shift with the other. */
    private Start next() {
        lock.lock();
        try {
            long spread = simulation.startMax().minus(simulation.startMin()).toMillis();
            Duration takes = simulation.startMin().plusMillis(chance.nextLong(spread + 1));
            return new Start(takes, chance.nextDouble() < simulation.failureRate());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void later(Duration delay, Runnable what) {
        alarm.at(clock.instant().plus(delay), what);
    }

    @Override
    public void await(BooleanSupplier so) throws InterruptedException {
        lock.lock();
        try {
            while (!so.getAsBoolean()) {
                changes.await();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void changed() {
        lock.lock();
        try {
            changes.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
