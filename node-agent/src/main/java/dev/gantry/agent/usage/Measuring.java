package dev.gantry.agent.usage;

import dev.gantry.proto.Usage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures again and again, at a fixed interval, on a thread of its own. */
public final class Measuring implements AutoCloseable {

    public static final Duration INTERVAL = Duration.ofSeconds(15);

    private static final Logger LOG = LoggerFactory.getLogger(Measuring.class);
    /** What is told at once; more containers than that are left out. */
    private static final int CONTAINERS_MAX = 5_000;

    private final Gauge gauge;
    private final Supplier<List<Running>> running;
    private final Consumer<Usage> listener;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("measuring").unstarted(this::run);

    private Measuring(
            Gauge gauge,
            Supplier<List<Running>> running,
            Consumer<Usage> listener,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.gauge = gauge;
        this.running = running;
        this.listener = listener;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /**
     * Begins to measure this machine, whose engine must be on it.
     *
     * @param running  tells which containers there are
     * @param listener gets what was used since it got something last; never blocks
     * @param nanoTime a clock that nobody can set
     */
    public static Measuring start(
            Supplier<List<Running>> running, Consumer<Usage> listener, InstantSource clock, LongSupplier nanoTime) {
        Measuring measuring = new Measuring(KernelGauge.ofThisMachine(), running, listener, clock, nanoTime);
        measuring.thread.start();
        return measuring;
    }

    private void run() {
        try {
            Meter before = Meter.NOTHING;
            while (stop.getCount() > 0) {
                before = measure(before);
                boolean _ = stop.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException _) {
            LOG.debug("Nothing is measured any more");
        }
    }

    private Meter measure(Meter before) {
        List<Running> containers = running.get();
        if (containers.size() > CONTAINERS_MAX) {
            LOG.warn("{} of {} containers are not measured", containers.size() - CONTAINERS_MAX, containers.size());
            containers = containers.subList(0, CONTAINERS_MAX);
        }
        Map<Meter.Run, Reading> readings = new HashMap<>();
        for (Running container : containers) {
            gauge.container(container)
                    .ifPresent(reading ->
                            readings.put(new Meter.Run(container.engineId(), container.startedAtMs()), reading));
        }
        Meter here = new Meter(nanoTime.getAsLong(), gauge.machine(), readings);
        Usage usage = here.since(before, containers, clock.instant(), INTERVAL);
        if (!usage.equals(Usage.getDefaultInstance())) {
            listener.accept(usage);
        }
        return here;
    }

    @Override
    public void close() {
        stop.countDown();
        thread.interrupt();
    }
}
