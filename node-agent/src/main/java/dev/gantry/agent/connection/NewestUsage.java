package dev.gantry.agent.connection;

import dev.gantry.proto.Usage;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Keeps the newest measurement until it is sent: one that nobody could be told of is void as soon as there is a newer one. */
public final class NewestUsage implements Consumer<Usage> {

    private final AtomicReference<Optional<Usage>> newest = new AtomicReference<>(Optional.empty());
    private volatile Runnable arrival = () -> {};

    @Override
    public void accept(Usage usage) {
        newest.set(Optional.of(usage));
        arrival.run();
    }

    /** What to run, quickly, whenever there is something to send. */
    void onArrival(Runnable listener) {
        arrival = listener;
    }

    Optional<Usage> take() {
        return newest.getAndSet(Optional.empty());
    }
}
