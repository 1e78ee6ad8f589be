package dev.gantry.controller.leadership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.leadership.Election.Effect;
import dev.gantry.controller.leadership.Election.Event;
import dev.gantry.controller.leadership.Election.State;
import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.ImageStore;
import dev.gantry.store.StoreSettings;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three controllers with slow calls, pauses and clocks that are set: never do two of them lead with
 * confirmation.
 */
class ElectionSimulationTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration STEP = Duration.ofMillis(100);
    private static final int STEPS = 3000;

    private record Planned(long step, long order, Runnable action) {}

    private final MemoryBackend backend = new MemoryBackend(this::storeClock);
    private final PriorityQueue<Planned> planned =
            new PriorityQueue<>(Comparator.comparingLong(Planned::step).thenComparingLong(Planned::order));
    private long step;
    private long order;

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    private final class Controller {
        private final SplittableRandom chance;
        private final Election election;
        private final Ballot ballot;
        private final ImageStore store;
        private final List<Event> waiting = new ArrayList<>();
        private State state;
        private Duration wallOffset = Duration.ZERO;
        private long pausedUntil;
        private boolean gained;

        Controller(String name, SplittableRandom chance) throws InterruptedException {
            this.chance = chance;
            LeadershipSettings settings = LeadershipSettings.defaults();
            election = new Election(settings, chance::nextDouble);
            store = ImageStore.open(backend, Kinds.ALL, Kinds.INDEXES, StoreSettings.byHand());
            ballot = new Ballot(store, new Candidate(name, name, name), settings.timeToLive(), this::now);
            state = election.initial(now());
            store.subscribe(
                    (image, changes) -> waiting.add(new Event.Seen(image.get(Kinds.LEADER_KEY), image.revision())));
        }

        private Moment now() {
            Duration passed = STEP.multipliedBy(step);
            return new Moment(START.plus(passed).plus(wallOffset), passed);
        }

        boolean isLeader() {
            return election.isConfirmed(state, now());
        }

        void live() throws InterruptedException {
            if (step < pausedUntil) {
                return;
            }
            if (chance.nextInt(300) == 0) {
                pausedUntil = step + chance.nextInt(200);
            }
            if (chance.nextInt(1000) == 0) {
                wallOffset = wallOffset.plusSeconds(chance.nextInt(-3600, 3600));
            }
            if (chance.nextInt(3) > 0) {
                store.catchUp();
            }
            List<Event> events = new ArrayList<>(waiting);
            waiting.clear();
            events.add(new Event.Tick());
            for (Event event : events) {
                Election.Step next = election.step(state, event, now());
                state = next.state();
                next.effects().forEach(this::perform);
            }
        }

        private void perform(Effect effect) {
            switch (effect) {
                case Effect.Campaign(var replaced) -> later(() -> ballot.campaign(replaced));
                case Effect.Renew(var lease) -> later(() -> ballot.renew(lease));
                case Effect.Revoke(var lease) ->
                    later(() -> {
                        ballot.revoke(lease);
                        return new Event.Tick();
                    });
                case Effect.Gained _ -> gained = true;
                case Effect.Lost _ -> gained = false;
            }
        }

        /**
         * The call takes its time to the store and back; the moment it was sent is read where the
         * call is made.
         */
        private void later(Ballot.Call call) {
            long back = chance.nextInt(10) == 0 ? chance.nextInt(150) : chance.nextInt(5);
            plan(0, () -> {
                try {
                    Event answer = call.run();
                    plan(back, () -> waiting.add(answer));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverDoTwoLeadAndSoonerOrLaterOneDoes(long seed) throws InterruptedException {
        SplittableRandom chance = new SplittableRandom(seed);
        List<Controller> controllers = new ArrayList<>();
        for (String name : List.of("one", "two", "three")) {
            controllers.add(new Controller(name, chance.split()));
        }
        int led = 0;
        for (step = 0; step < STEPS; step++) {
            backend.expire(storeClock());
            while (!planned.isEmpty() && planned.peek().step() <= step) {
                planned.poll().action().run();
            }
            for (Controller controller : controllers) {
                controller.live();
                assertThat(controller.isLeader() && !controller.gained)
                        .as("leads without having said so")
                        .isFalse();
            }
            long leaders = controllers.stream().filter(Controller::isLeader).count();
            assertThat(leaders).as("leaders at step " + step).isLessThanOrEqualTo(1);
            led += (int) leaders;
        }
        assertThat(led).isGreaterThan(STEPS / 4);
    }

    private Instant storeClock() {
        return START.plus(STEP.multipliedBy(step));
    }

    private void plan(long after, Runnable action) {
        planned.add(new Planned(step + after, order++, action));
    }
}
