package dev.gantry.e2e.simulation;

import dev.gantry.proto.Leader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes the trouble of one run: some kinds of it, at some times, to some of the nodes. */
final class Mishaps {

    private static final Duration FIRST = Duration.ofSeconds(12);

    private final World world;
    private final Dice dice;
    private final Duration end;
    private final List<SimNode> victims;

    Mishaps(World world, Dice dice, Duration end) {
        this.world = world;
        this.dice = dice;
        this.end = end;
        // At least one node is left alone, so that it can be seen that nothing befalls it.
        this.victims = world.in(world.nodes(), 1 + dice.below(world.nodes().size() - 1));
    }

    void schedule() {
        List<Trouble> left = new ArrayList<>(List.of(Trouble.values()));
        int kinds = 1 + dice.below(5);
        for (int i = 0; i < kinds; i++) {
            Trouble trouble = left.remove(dice.below(left.size()));
            world.say("there will be " + trouble);
            int times = 1 + dice.below(3);
            for (int time = 0; time < times; time++) {
                world.agenda().after(dice.between(FIRST, end), () -> make(trouble));
            }
        }
    }

    private void make(Trouble trouble) throws InterruptedException {
        switch (trouble) {
            case SLOW_NETWORK -> during(20, () -> world.slow(true), () -> world.slow(false));
            case RUDE_NETWORK -> {
                SimNode node = victim();
                during(30, () -> world.rude(node, true), () -> world.rude(node, false));
            }
            case CUT_NODE -> {
                SimNode node = victim();
                during(60, () -> world.cut(node), () -> world.mend(node));
            }
            case AGENT_CRASH -> {
                world.happened(trouble);
                world.crashAgent(victim(), dice.between(Duration.ofMillis(200), away(40)));
            }
            case NODE_REBOOT -> world.reboot(victim(), dice.between(Duration.ofSeconds(1), away(50)));
            case CONTROLLER_CRASH, CONTROLLER_PAUSE, CONTROLLER_CUT_FROM_STORE, CLOCK_STEP -> toController(trouble);
            case CRASH_AFTER_WRITE -> during(20, () -> trouble(0, 0, 0.03), () -> trouble(0, 0, 0));
            case SLOW_COMMIT -> during(20, () -> trouble(0, 0.1, 0), () -> trouble(0, 0, 0));
            case LOST_REPLY -> during(20, () -> trouble(0.15, 0, 0), () -> trouble(0, 0, 0));
            case STORE_DOWN -> {
                world.happened(trouble);
                during(40, () -> world.storeDown(true), () -> world.storeDown(false));
            }
            case WATCH_LOST -> world.loseWatchers(dice.happens(0.5));
            case PULL_FAILS -> during(30, () -> world.pullsFail(true), () -> world.pullsFail(false));
            case SIGTERM_IGNORED -> during(40, () -> world.sigtermIgnored(true), () -> world.sigtermIgnored(false));
            case CONTAINER_EXITS -> exit();
        }
    }

    private void toController(Trouble trouble) throws InterruptedException {
        List<SimController> alive = world.controllers();
        if (alive.isEmpty()) {
            return;
        }
        String leader = world.oracle().leader().map(Leader::getControllerId).orElse("");
        SimController one = alive.stream()
                .filter(controller -> controller.name().equals(leader) && dice.happens(0.8))
                .findFirst()
                .orElseGet(() -> dice.of(alive));
        world.happened(trouble);
        world.say(one.name() + ": " + trouble);
        switch (trouble) {
            case CONTROLLER_CRASH -> one.kill();
            case CONTROLLER_PAUSE ->
                world.agenda().pause(one.process(), dice.between(Duration.ofMillis(500), away(40)));
            case CONTROLLER_CUT_FROM_STORE ->
                during(30, () -> one.backend().cut(true), () -> one.backend().cut(false));
            case CLOCK_STEP -> {
                Duration by = dice.between(Duration.ofSeconds(1), Duration.ofHours(1));
                one.stepClock(dice.happens(0.5) ? by : by.negated());
            }
            default -> throw new IllegalStateException(String.valueOf(trouble));
        }
    }

    private SimNode victim() {
        return dice.of(victims);
    }

    private void trouble(double losing, double slowing, double crashing) {
        world.controllers().forEach(controller -> controller.backend().trouble(losing, slowing, crashing));
    }

    private void exit() {
        world.nodes().stream()
                .flatMap(node -> node.runtime().running().stream()
                        .<Runnable>map(container -> () -> node.runtime().exit(container, 1, world.millis())))
                .skip(dice.below(4))
                .findFirst()
                .ifPresent(exit -> {
                    world.happened(Trouble.CONTAINER_EXITS);
                    world.say("a container exits");
                    exit.run();
                });
    }

    private void during(int secondsMax, Agenda.Task begin, Agenda.Task over) throws InterruptedException {
        begin.run();
        world.agenda().after(dice.between(Duration.ofSeconds(1), away(secondsMax)), over);
    }

    /** Never beyond the end. */
    private Duration away(int secondsMax) {
        Duration left = end.minus(world.agenda().elapsed());
        Duration most = Duration.ofSeconds(secondsMax);
        Duration bounded = left.compareTo(most) < 0 ? left : most;
        return bounded.compareTo(Duration.ofSeconds(1)) > 0 ? bounded : Duration.ofMillis(1001);
    }
}
