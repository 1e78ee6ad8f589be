package dev.gantry.e2e.simulation;

import dev.gantry.e2e.simulation.Agenda.Lane;
import dev.gantry.proto.FromAgent;
import dev.gantry.proto.ToAgent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One agent's stream to one controller. Normally in order and without loss, as TCP has it; while the node is cut, what is
 * sent is held back. A rude network also loses, repeats and reorders, which no transport does, but no rule may rely on it.
 */
final class Stream {

    private final World world;
    private final SimAgent agent;
    private final SimController controller;
    private final Dice dice;
    private final Deque<Agenda.Task> held = new ArrayDeque<>();
    private final SimSession session;
    private long lastUp;
    private long lastDown;
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
        lastUp = send(lastUp, () -> {
            if (!controller.process().isKilled()) {
                session.said(message);
            }
        });
    }

    void toAgent(ToAgent message) {
        lastDown = send(lastDown, () -> agent.hears(this, message));
    }

    void endedByController(String reason) {
        lastDown = send(lastDown, () -> {
            over = true;
            agent.broken(this, reason);
        });
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
            held.clear();
            session.ended();
            agent.broken(this, reason);
        }
    }

    /** Lets through what was held back while the node was cut. */
    void mend() {
        while (!held.isEmpty()) {
            arrive(held.poll());
        }
    }

    private long send(long last, Agenda.Task arrival) {
        boolean rude = world.isRude(agent.node());
        if (rude && dice.happens(0.1)) {
            world.happened(Trouble.RUDE_NETWORK);
            return last;
        }
        long at = world.agenda().now() + latency().toNanos();
        long inOrder = rude && dice.happens(0.2) ? at : Math.max(at, last + 1);
        deliver(inOrder, arrival);
        if (rude && dice.happens(0.1)) {
            deliver(inOrder + dice.millis(1, 3000).toNanos(), arrival);
        }
        return Math.max(last, inOrder);
    }

    private void deliver(long at, Agenda.Task arrival) {
        world.agenda().after(Duration.ofNanos(at - world.agenda().now()), new Lane(world.network()), () -> {
            if (world.isCut(agent.node())) {
                held.add(arrival);
            } else if (held.isEmpty()) {
                arrive(arrival);
            } else {
                held.add(arrival);
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
