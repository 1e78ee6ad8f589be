package dev.gantry.e2e.simulation;

import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineException.Kind;
import dev.gantry.agent.simulated.Program;
import java.time.Duration;
import java.util.Optional;

/** What is around one node's engine in a run: how long things take, what its containers do, and what goes wrong. */
final class SimMachine implements SimRuntime.Machine {

    private static final Duration SLICE = Duration.ofSeconds(1);

    private final SimNode node;
    private final World world;
    private final Dice dice;

    SimMachine(SimNode node, Dice dice) {
        this.node = node;
        this.world = node.world();
        this.dice = dice;
    }

    @Override
    public long millis() {
        return node.clock().millis();
    }

    @Override
    public Program program(Creation creation) {
        boolean batch = creation.spec().getImage().equals(Users.BATCH);
        boolean deaf = world.sigtermIgnored() && dice.happens(0.5);
        if (deaf) {
            world.happened(Trouble.SIGTERM_IGNORED);
        }
        return new Program(
                batch ? Optional.of(dice.millis(500, 15_000)) : Optional.empty(),
                0,
                false,
                deaf ? Optional.empty() : Optional.of(dice.millis(10, 500)));
    }

    @Override
    public boolean isThere(String gate) {
        return node.leash().isThere(gate);
    }

    @Override
    public void before(String call) throws InterruptedException {
        world.moments().asked(node, call);
        world.agenda().sleep(dice.millis(1, call.equals("create") || call.equals("start") ? 150 : 20));
        if (node.isEngineDown()) {
            world.happened(Trouble.ENGINE_DOWN);
            throw new EngineException(Kind.UNREACHABLE, "the engine does not answer");
        }
        if (node.isDiskFull() && call.equals("create")) {
            world.happened(Trouble.NODE_DISK_FULL);
            throw new EngineException(Kind.FAILED, "no space left on device");
        }
    }

    @Override
    public void after(String call) throws InterruptedException {
        if (!call.equals("list") && !call.equals("inspect")) {
            world.moments().called(node, call);
        }
        world.agenda().sleep(dice.millis(0, 20));
        if (node.isEngineDown()) {
            throw new EngineException(Kind.UNREACHABLE, "the engine's answer got lost");
        }
    }

    @Override
    public Duration pulling(String reference) throws InterruptedException {
        before("pull");
        if (world.pullsFail() && dice.happens(0.5)) {
            world.happened(Trouble.PULL_FAILS);
            world.agenda().sleep(dice.millis(50, 5_000));
            throw new EngineException(Kind.FAILED, "manifest for " + reference + " not found");
        }
        if (node.isDiskFull()) {
            world.happened(Trouble.NODE_DISK_FULL);
            throw new EngineException(Kind.FAILED, "no space left on device");
        }
        if (world.pullsSlow()) {
            world.happened(Trouble.PULL_SLOW);
            return dice.millis(500, 70_000);
        }
        return dice.millis(5, 800);
    }

    @Override
    public void later(Duration delay, Runnable what) {
        world.agenda().after(delay, what::run);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        world.agenda().sleep(duration);
    }

    @Override
    public boolean sleepInTrouble(Duration duration) throws InterruptedException {
        Duration left = duration;
        while (left.isPositive() && !world.isHealed()) {
            Duration slice = left.compareTo(SLICE) < 0 ? left : SLICE;
            world.agenda().sleep(slice);
            left = left.minus(slice);
        }
        return world.isHealed();
    }

    @Override
    public long epoch() {
        return node.epoch();
    }

    @Override
    public void started(String workload, String container, long epoch) {
        world.oracle().started(node, workload, container, epoch);
    }
}
