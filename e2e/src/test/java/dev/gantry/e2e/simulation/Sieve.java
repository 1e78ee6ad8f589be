package dev.gantry.e2e.simulation;

import java.time.Duration;
import java.util.Optional;

/**
 * One story, in which every reconciler has something to do, told again and again: each time another single write to the
 * store is the last deed of the controller that made it, or another single call to an engine that of its agent.
 */
final class Sieve {

    private static final long SEED = 2;

    /** None that the users think of by themselves: one token stands for one request. */
    private static final int LATE = 100;

    private Sieve() {}

    /** Where a story is cut. */
    enum Where {
        WRITE,
        CALL
    }

    /** How many places there are to cut at. */
    static int places(Where where) throws InterruptedException {
        try (World world = new World(SEED, line -> {})) {
            tell(world);
            return where == Where.WRITE
                    ? world.moments().writes()
                    : world.moments().calls();
        }
    }

    /** What a cut right after the write or call of this number broke. */
    static Optional<String> cut(Where where, int number) throws InterruptedException {
        try (Bugs bugs = Bugs.listen();
                World world = new World(SEED, line -> {})) {
            switch (where) {
                case WRITE -> world.moments().killAtWrite(number);
                case CALL -> world.moments().killAtCall(number);
            }
            tell(world);
            return bugs.first();
        } catch (Violation broken) {
            return Optional.of(String.valueOf(broken.getMessage()));
        }
    }

    private static void tell(World world) throws InterruptedException {
        world.users().begin(Duration.ofSeconds(16));
        run(world, 20);
        world.users().deployAll();
        world.users().run(LATE);
        run(world, 8);
        SimNode node = world.nodes().getFirst();
        world.cut(node);
        run(world, 32);
        world.mend(node);
        world.users().deployAll();
        run(world, 10);
        world.heal();
        Simulation.settled(world);
    }

    private static void run(World world, int seconds) throws InterruptedException {
        world.agenda().run(Duration.ofSeconds(seconds));
    }
}
