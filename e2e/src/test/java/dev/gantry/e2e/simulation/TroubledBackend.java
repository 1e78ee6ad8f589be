package dev.gantry.e2e.simulation;

import dev.gantry.store.Backend;
import dev.gantry.store.Lease;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One controller's way to the store: slow, cut off, or losing answers, as the run has it. */
final class TroubledBackend implements Backend {

    private final World world;
    private final MemoryBackend backend;
    private final Dice dice;
    private Optional<Watcher> watcher = Optional.empty();
    private boolean cut;
    private double lostReplies;
    private double slowCommits;
    private double crashes;

    TroubledBackend(World world, Dice dice) {
        this.world = world;
        this.backend = world.backend();
        this.dice = dice;
    }

    void cut(boolean off) {
        cut = off;
        if (off) {
            lose("cut off");
        }
    }

    /** Its watch ends, as when the connection goes. */
    void lose(String reason) {
        Optional<Watcher> lost = watcher;
        watcher = Optional.empty();
        lost.ifPresent(one -> one.lost(reason));
    }

    void trouble(double losingReplies, double slowing, double crashing) {
        lostReplies = losingReplies;
        slowCommits = slowing;
        crashes = crashing;
    }

    @Override
    public Contents read() {
        reach();
        return backend.read();
    }

    @Override
    public Result commit(Request request) throws InterruptedException {
        reach();
        if (dice.happens(slowCommits)) {
            world.happened(Trouble.SLOW_COMMIT);
            world.agenda().sleep(dice.between(Duration.ofMillis(5), Duration.ofSeconds(4)));
            reach();
        }
        world.oracle().before(request);
        Result result = backend.commit(request);
        world.oracle().after();
        if (result instanceof Result.Committed && dice.happens(crashes)) {
            world.happened(Trouble.CRASH_AFTER_WRITE);
            world.say("a controller is killed right after a write");
            world.agenda().killCurrent();
        }
        if (dice.happens(lostReplies)) {
            world.happened(Trouble.LOST_REPLY);
            throw new UnavailableException("the answer got lost");
        }
        return result;
    }

    @Override
    public AutoCloseable watch(long revision, Watcher hearing) {
        reach();
        watcher = Optional.of(hearing);
        return backend.watch(revision, new Watcher() {
            @Override
            public void changed(long newRevision, List<Event> events) {
                if (watcher.filter(hearing::equals).isPresent()) {
                    hearing.changed(newRevision, events);
                }
            }

            @Override
            public void lost(String reason) {
                hearing.lost(reason);
            }
        });
    }

    @Override
    public Lease grant(Duration timeToLive) {
        reach();
        return backend.grant(timeToLive);
    }

    @Override
    public boolean renew(Lease lease) {
        reach();
        return backend.renew(lease);
    }

    @Override
    public void revoke(Lease lease) {
        reach();
        backend.revoke(lease);
    }

    @Override
    public void compact(long revision) {
        backend.compact(revision);
    }

    @Override
    public boolean isReachable() {
        return !isAway();
    }

    @Override
    public void close() {}

    boolean isAway() {
        return cut || world.storeIsDown();
    }

    private void reach() {
        if (isAway()) {
            throw new UnavailableException("the store cannot be reached");
        }
    }
}
