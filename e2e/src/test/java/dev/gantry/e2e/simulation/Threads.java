package dev.gantry.e2e.simulation;

import java.lang.reflect.Constructor;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Virtual threads that run one at a time on the thread that calls {@link #drain}, in the order in which they became able
 * to: so code that blocks, as production's does, runs in a simulation as it is. Threads that they start are of this kind too.
 */
final class Threads {

    private final Queue<Runnable> runnable = new ConcurrentLinkedQueue<>();
    private final Thread.Builder.OfVirtual builder;

    Threads() {
        builder = builder();
    }

    /** The JDK has this constructor for its own tests; it needs --add-opens java.base/java.lang=ALL-UNNAMED. */
    private Thread.Builder.OfVirtual builder() {
        try {
            Constructor<?> constructor = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(java.util.concurrent.Executor.class);
            constructor.setAccessible(true);
            return (Thread.Builder.OfVirtual) constructor.newInstance((java.util.concurrent.Executor) runnable::add);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK gives virtual threads no scheduler of the caller's", e);
        }
    }

    /** Makes a thread that begins at the next {@link #drain}. */
    Thread start(Runnable task) {
        return builder.start(task);
    }

    /** Lets every thread go on until all of them wait or have ended. */
    void drain() {
        for (Runnable next = runnable.poll(); next != null; next = runnable.poll()) {
            next.run();
        }
    }
}
