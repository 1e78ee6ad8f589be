package dev.gantry.e2e.simulation;

import dev.gantry.proto.Leader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes the trouble of one run: some kinds of it, at some times, to some of the nodes. */
final class Mishaps {

    private static final Duration FIRST = Duration.ofSeconds(12);
    private static final int OUT_OF_MEMORY = 137;

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
        int kinds = 1 + dice.below(6);
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
            case MESSAGE_DELAYED -> during(20, () -> world.slow(true), () -> world.slow(false));
            case MESSAGE_LOST,
                    MESSAGE_REPEATED,
                    MESSAGE_REORDERED,
                    NODE_CUT,
                    NODE_CUT_FROM_ONE_CONTROLLER,
                    NODE_CUT_ONE_WAY -> toNetwork(trouble, victim());
            case AGENT_CRASH,
                    AGENT_PAUSE,
                    NODE_REBOOT,
                    NODE_CLOCK_STEP,
                    NODE_DISK_FULL,
                    ENGINE_DOWN,
                    ENGINE_EVENTS_LOST -> toNode(trouble, victim());
            case PULL_FAILS -> during(30, () -> world.pullsFail(true), () -> world.pullsFail(false));
            case PULL_SLOW -> during(30, () -> world.pullsSlow(true), () -> world.pullsSlow(false));
            case SIGTERM_IGNORED -> during(40, () -> world.sigtermIgnored(true), () -> world.sigtermIgnored(false));
            case CONTAINER_EXITS -> exit(trouble, 1);
            case CONTAINER_OUT_OF_MEMORY -> exit(trouble, OUT_OF_MEMORY);
            case CONTROLLER_CRASH, CONTROLLER_PAUSE, CONTROLLER_CUT_FROM_STORE, CONTROLLER_CLOCK_STEP, TWO_LEADERS ->
                toController(trouble);
            case CONTROLLER_CRASH_AFTER_WRITE -> during(20, () -> trouble(0, 0, 0.03), () -> trouble(0, 0, 0));
            case REPLY_LOST -> during(20, () -> trouble(0.15, 0, 0), () -> trouble(0, 0, 0));
            case STORE_SLOW -> {
                if (dice.happens(0.5)) {
                    during(20, () -> trouble(0, 0.1, 0), () -> trouble(0, 0, 0));
                } else {
                    during(20, () -> world.storeSlow(true), () -> world.storeSlow(false));
                }
            }
            case STORE_DOWN -> {
                world.happened(trouble);
                during(40, () -> world.storeDown(true), () -> world.storeDown(false));
            }
            case STORE_LEADER_CHANGE -> {
                world.happened(trouble);
                during(4, () -> world.storeChangesLeader(true), () -> world.storeChangesLeader(false));
            }
            case STORE_COMPACTED, WATCH_CANCELLED -> world.loseWatchers(trouble);
        }
    }

    private void toNetwork(Trouble trouble, SimNode node) throws InterruptedException {
        switch (trouble) {
            case MESSAGE_LOST, MESSAGE_REPEATED, MESSAGE_REORDERED ->
                during(30, () -> world.rude(node, trouble, true), () -> world.rude(node, trouble, false));
            case NODE_CUT -> during(60, () -> world.cut(node), () -> world.mend(node));
            case NODE_CUT_FROM_ONE_CONTROLLER -> {
                String controller = world.address(dice.below(2));
                during(60, () -> world.cutFrom(node, controller), () -> world.mend(node));
            }
            case NODE_CUT_ONE_WAY -> {
                boolean up = dice.happens(0.5);
                during(60, () -> world.cutOneWay(node, up), () -> world.mend(node));
            }
            default -> throw new IllegalStateException(String.valueOf(trouble));
        }
    }

    private void toNode(Trouble trouble, SimNode node) throws InterruptedException {
        world.happened(trouble);
        switch (trouble) {
            case AGENT_CRASH -> world.crashAgent(node, dice.between(Duration.ofMillis(200), away(40)));
            case AGENT_PAUSE -> world.pauseAgent(node, dice.between(Duration.ofMillis(500), away(40)));
            case NODE_REBOOT -> world.reboot(node, dice.between(Duration.ofSeconds(1), away(50)));
            case NODE_CLOCK_STEP -> node.stepClock(step());
            case NODE_DISK_FULL -> during(30, () -> world.diskFull(node, true), () -> world.diskFull(node, false));
            case ENGINE_DOWN -> during(20, () -> world.engineDown(node, true), () -> world.engineDown(node, false));
            case ENGINE_EVENTS_LOST -> node.runtime().loseWatcher();
            default -> throw new IllegalStateException(String.valueOf(trouble));
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
        world.say(one.name() + ": " + trouble);
        switch (trouble) {
            case CONTROLLER_CRASH -> one.kill();
            case CONTROLLER_PAUSE ->
                world.agenda().pause(one.process(), dice.between(Duration.ofMillis(500), away(40)));
            case CONTROLLER_CUT_FROM_STORE ->
                during(30, () -> one.backend().cut(true), () -> one.backend().cut(false));
            case CONTROLLER_CLOCK_STEP -> one.stepClock(step());
            case TWO_LEADERS -> {
                during(
                        20,
                        () -> one.backend().renewals(true),
                        () -> one.backend().renewals(false));
                return; // Counted when a late write of the old one meets the new one.
            }
            default -> throw new IllegalStateException(String.valueOf(trouble));
        }
        world.happened(trouble);
    }

    private SimNode victim() {
        return dice.of(victims);
    }

    private Duration step() {
        Duration by = dice.between(Duration.ofSeconds(1), Duration.ofHours(1));
        return dice.happens(0.5) ? by : by.negated();
    }

    private void trouble(double losing, double slowing, double crashing) {
        world.controllers().forEach(controller -> controller.backend().trouble(losing, slowing, crashing));
    }

    private void exit(Trouble trouble, int code) {
        List<SimRuntime.Container> running = world.nodes().stream()
                .flatMap(node -> node.runtime().running().stream())
                .toList();
        if (!running.isEmpty()) {
            world.happened(trouble);
            world.say("a container ends: " + trouble);
            dice.of(running).exit(code, trouble == Trouble.CONTAINER_OUT_OF_MEMORY);
        }
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
