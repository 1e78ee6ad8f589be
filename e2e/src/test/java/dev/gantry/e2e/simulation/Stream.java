package dev.gantry.e2e.simulation;

import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.ToAgent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * One agent's stream to one controller. Normally in order and without loss, as TCP has it; while the node is cut, what is
 * sent is held back. A rude network also loses, repeats and reorders, which no transport does, but no rule may rely on it.
 */
final class Stream {

    private final World world;
    private final SimAgent agent;
    private final SimController controller;
    private final Dice dice;
    private final Deque<Agenda.Task> heldUp = new ArrayDeque<>();
    private final Deque<Agenda.Task> heldDown = new ArrayDeque<>();
    private final SimSession session;
    private long lastUp;
    private long lastDown;
    private Optional<ToAgent> set = Optional.empty();
    private boolean over;

    Stream(World world, SimAgent agent, SimController controller) {
        this.world = world;
        this.agent = agent;
        this.controller = controller;
        this.dice = world.dice().split();
        this.session = new SimSession(controller, agent.nodeId(), this);
        controller.opened(session);
    }

    SimAgent agent() {
        return agent;
    }

    SimController controller() {
        return controller;
    }

    boolean isOver() {
        return over;
    }

    void toController(FromAgent message) {
        lastUp = send(true, lastUp, () -> {
            if (!controller.process().isKilled()) {
                session.said(message);
            }
        });
    }

    void toAgent(ToAgent message) {
        if (message.getDesired().getFull()) {
            set = Optional.of(message);
        }
        lastDown = send(false, lastDown, () -> agent.hears(this, message));
    }

    void endedByController(String reason) {
        lastDown = send(false, lastDown, () -> {
            over = true;
            agent.broken(this, reason);
        });
    }

    /** The last whole set comes once more, however old it is by now. */
    void repeatSet() {
        set.ifPresent(message -> agent.hears(this, message));
    }

    /** The agent has left. */
    void endedByAgent() {
        over = true;
        world.agenda().after(latency(), session::ended);
    }

    /** Both ends learn that it is gone. */
    void tear(String reason) {
        if (!over) {
            over = true;
            heldUp.clear();
            heldDown.clear();
            session.ended();
            agent.broken(this, reason);
        }
    }

    /** Lets through what was held back while the node was cut. */
    void mend() {
        for (Deque<Agenda.Task> held : List.of(heldUp, heldDown)) {
            while (!held.isEmpty()) {
                arrive(held.poll());
            }
        }
    }

    private long send(boolean up, long last, Agenda.Task arrival) {
        if (happens(Trouble.MESSAGE_LOST, 0.1)) {
            return last;
        }
        long at = world.agenda().now() + latency().toNanos();
        long inOrder = happens(Trouble.MESSAGE_REORDERED, 0.2)
                ? at + dice.millis(0, 1500).toNanos()
                : Math.max(at, last + 1);
        deliver(up, inOrder, arrival);
        if (happens(Trouble.MESSAGE_REPEATED, 0.1)) {
            deliver(up, inOrder + dice.millis(1, 3000).toNanos(), arrival);
        }
        return world.isRude(agent.node(), Trouble.MESSAGE_REORDERED) ? last : Math.max(last, inOrder);
    }

    private boolean happens(Trouble trouble, double probability) {
        boolean happens = world.isRude(agent.node(), trouble) && dice.happens(probability);
        if (happens) {
            world.happened(trouble);
        }
        return happens;
    }

    private void deliver(boolean up, long at, Agenda.Task arrival) {
        Deque<Agenda.Task> held = up ? heldUp : heldDown;
        world.agenda().after(Duration.ofNanos(at - world.agenda().now()), new Lane(world.network()), () -> {
            if (world.isCut(agent.node(), controller.address(), up) || !held.isEmpty()) {
                held.add(arrival);
            } else {
                arrive(arrival);
            }
        });
    }

    private void arrive(Agenda.Task arrival) {
        try {
            if (!over) {
                arrival.run();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Duration latency() {
        return world.latency(dice);
    }
}
