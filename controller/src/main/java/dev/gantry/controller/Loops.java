package dev.gantry.controller;

import com.google.protobuf.Message;
import dev.gantry.controller.leadership.Follower;
import dev.gantry.controller.reconcile.LoopEnvironment;
import dev.gantry.controller.reconcile.LoopSettings;
import dev.gantry.controller.reconcile.ReconcileLoop;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.proto.Leader;
import dev.gantry.store.Versioned;
import java.util.ArrayList;
import java.util.List;

/** All reconcile loops of a controller: they run while it leads. */
final class Loops implements Follower, AutoCloseable {

    private final LoopEnvironment environment;
    private final List<ReconcileLoop<?>> loops = new ArrayList<>();

    Loops(LoopEnvironment environment) {
        this.environment = environment;
    }

    /** @param workers 1 for a reconciler that keeps something between its passes */
    <T extends Message> Loops add(Reconciler<T> reconciler, int workers) {
        loops.add(new ReconcileLoop<>(
                reconciler, environment, LoopSettings.defaults().withWorkers(workers)));
        return this;
    }

    @Override
    public void gained(Versioned<Leader> guard) {
        loops.forEach(ReconcileLoop::start);
    }

    @Override
    public void lost() {
        loops.forEach(ReconcileLoop::stop);
    }

    @Override
    public void close() {
        loops.forEach(ReconcileLoop::close);
    }
}
