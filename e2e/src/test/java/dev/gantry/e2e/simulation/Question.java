package dev.gantry.e2e.simulation;

import java.time.Duration;
import java.util.List;

/** Something that a user asks of any controller: tried until it is answered, and never twice at the same time. */
final class Question {

    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How it is asked once. */
    @FunctionalInterface
    interface Asking {
        /** @return whether that is answered for good; if not, it is asked again */
        boolean isAnsweredBy(SimController controller) throws InterruptedException;
    }

    private final World world;
    private final Dice dice;
    private final Asking asking;
    private int attempt;
    private boolean begun;
    private boolean over;

    private Question(World world, Dice dice, Asking asking) {
        this.world = world;
        this.dice = dice;
        this.asking = asking;
    }

    static void ask(World world, Dice dice, Asking asking) {
        world.agenda().after(Duration.ZERO, new Question(world, dice, asking)::attempt);
    }

    private void attempt() {
        int mine = ++attempt;
        begun = false;
        List<SimController> alive = world.controllers();
        if (alive.isEmpty()) {
            world.agenda().after(AGAIN, this::attempt);
            return;
        }
        SimController controller = dice.of(alive);
        world.agenda().after(dice.millis(1, 20), controller.api(), () -> {
            if (mine == attempt) {
                begun = true;
                if (asking.isAnsweredBy(controller)) {
                    over = true;
                } else {
                    world.agenda().after(AGAIN, this::attempt);
                }
            }
        });
        world.agenda().after(PATIENCE, () -> look(controller, mine));
    }

    private void look(SimController controller, int mine) {
        if (over || mine != attempt) {
            return;
        }
        if (begun && !controller.process().isKilled()) {
            world.agenda().after(AGAIN, () -> look(controller, mine));
        } else {
            attempt();
        }
    }
}
