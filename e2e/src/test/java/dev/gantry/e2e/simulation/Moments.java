package dev.gantry.e2e.simulation;

import dev.gantry.store.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What shall happen at a certain moment, for scenarios: while a request is on its way to the store, right after it was
 * written, right after an engine did what it was asked. Each happens once. Counts such moments, too.
 */
final class Moments {

    private static final Duration AWAY = Duration.ofSeconds(2);

    /** May take time, and may throw what the one who asked gets instead of an answer. */
    interface Deed {
        void happen() throws InterruptedException;
    }

    /** The same, for an engine. */
    interface NodeDeed {
        void happen(SimNode node) throws InterruptedException;
    }

    private record AtStore(Predicate<Backend.Request> which, Deed deed) {}

    private record AtEngine(Predicate<String> which, NodeDeed deed) {}

    private final World world;
    private final List<AtStore> sent = new ArrayList<>();
    private final List<AtStore> written = new ArrayList<>();
    private final List<AtEngine> asked = new ArrayList<>();
    private final List<AtEngine> called = new ArrayList<>();
    private Agenda.Process writer = new Agenda.Process();
    private int writes;
    private int calls;

    Moments(World world) {
        this.world = world;
    }

    void whenSent(Predicate<Backend.Request> which, Deed deed) {
        sent.add(new AtStore(which, deed));
    }

    void whenWritten(Predicate<Backend.Request> which, Deed deed) {
        written.add(new AtStore(which, deed));
    }

    /** Before the engine does it. */
    void whenAsked(Predicate<String> which, NodeDeed deed) {
        asked.add(new AtEngine(which, deed));
    }

    void whenCalled(Predicate<String> which, NodeDeed deed) {
        called.add(new AtEngine(which, deed));
    }

    /** The controller whose write has this number, counted from here, dies before it hears of it. */
    void killAtWrite(int number) {
        int at = writes + number;
        whenWritten(request -> writes == at, () -> {
            world.say("a controller is killed right after write " + number);
            writer.kill();
        });
    }

    /** The agent whose call has this number, counted from here, dies before it hears of it. */
    void killAtCall(int number) {
        int at = calls + number;
        whenCalled(call -> calls == at, node -> {
            world.say("the agent is killed right after call " + number);
            world.crashAgent(node, AWAY);
            Agenda.checkAlive();
        });
    }

    int writes() {
        return writes;
    }

    int calls() {
        return calls;
    }

    void sent(Backend.Request request) throws InterruptedException {
        happen(sent, request);
    }

    void written(Backend.Request request, Agenda.Process sender) throws InterruptedException {
        writes++;
        writer = sender;
        happen(written, request);
    }

    private static void happen(List<AtStore> planned, Backend.Request request) throws InterruptedException {
        for (AtStore one : List.copyOf(planned)) {
            if (one.which().test(request)) {
                planned.remove(one);
                one.deed().happen();
            }
        }
    }

    void asked(SimNode node, String call) throws InterruptedException {
        happen(asked, node, call);
    }

    void called(SimNode node, String call) throws InterruptedException {
        calls++;
        happen(called, node, call);
    }

    private static void happen(List<AtEngine> planned, SimNode node, String call) throws InterruptedException {
        for (AtEngine one : List.copyOf(planned)) {
            if (one.which().test(call)) {
                planned.remove(one);
                one.deed().happen(node);
            }
        }
    }
}
