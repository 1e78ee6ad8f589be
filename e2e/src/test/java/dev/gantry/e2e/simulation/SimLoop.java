package dev.gantry.e2e.simulation;

import com.google.protobuf.Message;
import dev.gantry.controller.reconcile.LoopEnvironment;
import dev.gantry.controller.reconcile.LoopSettings;
import dev.gantry.controller.reconcile.Passes;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.store.Change;
import dev.gantry.store.Snapshot;
import dev.gantry.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The workers around one reconciler during one term of a leader: lanes where production has threads. */
final class SimLoop<T extends Message> implements Store.Listener {

    private static final Duration LONGEST = Duration.ofHours(1);

    private final Agenda agenda;
    private final Dice dice;
    private final LoopEnvironment environment;
    private final Passes<T> passes;
    private final Store.Subscription subscription;
    private final List<Worker> workers = new ArrayList<>();

    SimLoop(SimController controller, Reconciler<T> reconciler, LoopSettings settings) {
        this.agenda = controller.world().agenda();
        this.dice = controller.dice().split();
        this.environment = controller.environment();
        this.passes = new Passes<>(reconciler, environment, settings);
        this.subscription = environment.store().subscribe(this);
        for (int i = 0; i < settings.workers(); i++) {
            workers.add(new Worker(new Lane(controller.process())));
        }
        poke();
    }

    @Override
    public void changed(Snapshot image, List<Change<?>> changes) {
        if (passes.takeIn(image, changes)) {
            poke();
        }
    }

    void stop() {
        subscription.close();
        workers.forEach(worker -> worker.lane.end());
    }

    private void poke() {
        workers.forEach(worker -> worker.wakeIn(dice.between(Duration.ZERO, Duration.ofMillis(1))));
    }

    private final class Worker {
        private final Lane lane;
        private long wakeAt = Long.MAX_VALUE;

        Worker(Lane lane) {
            this.lane = lane;
        }

        private void wakeIn(Duration delay) {
            long at = agenda.now() + delay.toNanos();
            if (at < wakeAt) {
                wakeAt = at;
                agenda.after(delay, lane, () -> {
                    if (wakeAt == at) {
                        wakeAt = Long.MAX_VALUE;
                        work();
                    }
                });
            }
        }

        private void work() throws InterruptedException {
            Instant now = environment.clock().instant();
            Instant next = passes.step(now);
            if (next.isAfter(now)) {
                Duration wait = next.isAfter(now.plus(LONGEST)) ? LONGEST : Duration.between(now, next);
                wakeIn(wait);
            } else {
                poke();
            }
        }
    }
}
