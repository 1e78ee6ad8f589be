package dev.gantry.e2e.simulation;

import dev.gantry.controller.resource.Kinds;
import dev.gantry.store.Backend;
import dev.gantry.store.Lease;
import dev.gantry.store.UnavailableException;
import dev.gantry.store.memory.MemoryBackend;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One controller's way to the store: slow, cut off, or losing answers, as the run has it. */
final class TroubledBackend implements Backend {

    private final World world;
    private final MemoryBackend backend;
    private final Dice dice;
    private final Set<Watcher> watchers = new LinkedHashSet<>();
    private boolean cut;
    private boolean unrenewed;
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

    /** Its watches end, as when the connection goes. */
    void lose(String reason) {
        List<Watcher> lost = List.copyOf(watchers);
        watchers.clear();
        lost.forEach(one -> one.lost(reason));
    }

    /** How often its answers get lost, its commits take long, and it dies of a write. */
    void trouble(double losingReplies, double slowing, double crashing) {
        lostReplies = losingReplies;
        slowCommits = slowing;
        crashes = crashing;
    }

    /** Its lease runs out, while its writes still get through. */
    void renewals(boolean lost) {
        unrenewed = lost;
    }

    @Override
    public Contents read() throws InterruptedException {
        travel();
        return backend.read();
    }

    /** Once sent, a request is carried out or not, whatever becomes of its sender meanwhile. */
    @Override
    public Result commit(Request request) throws InterruptedException {
        travel();
        return world.agenda().aside(sender -> carryOut(request, sender));
    }

    private Result carryOut(Request request, Agenda.Process sender) throws InterruptedException {
        if (dice.happens(slowCommits)) {
            world.happened(Trouble.STORE_SLOW);
            world.agenda().sleep(dice.between(Duration.ofMillis(5), Duration.ofSeconds(4)));
        }
        if (unrenewed) {
            world.agenda().sleep(dice.millis(0, 14_000));
        }
        world.moments().sent(request);
        boolean unheard = world.storeChangesLeader() && dice.happens(0.5);
        if (!unheard) {
            reach();
        }
        world.oracle().before(request);
        Result result = backend.commit(request);
        world.oracle().after();
        if (result instanceof Result.Committed) {
            world.moments().written(request, sender);
            if (dice.happens(crashes)) {
                world.happened(Trouble.CONTROLLER_CRASH_AFTER_WRITE);
                world.say("a controller is killed right after a write");
                sender.kill();
            }
        } else if (isOfReplacedLeader(request)) {
            world.happened(Trouble.TWO_LEADERS);
        }
        if (unheard || dice.happens(lostReplies)) {
            world.happened(unheard ? Trouble.STORE_LEADER_CHANGE : Trouble.REPLY_LOST);
            throw new UnavailableException("the answer got lost");
        }
        return result;
    }

    private boolean isOfReplacedLeader(Request request) {
        String leader = Kinds.LEADER_KEY.path();
        long now = world.oracle().revisionOf(leader);
        return !request.writes().containsKey(leader) && request.guards().getOrDefault(leader, now) != now;
    }

    /** On the way there. */
    private void travel() throws InterruptedException {
        reach();
        if (world.storeIsSlow()) {
            world.happened(Trouble.STORE_SLOW);
            world.agenda().sleep(dice.millis(5, 2_500));
            reach();
        }
    }

    @Override
    public AutoCloseable watch(long revision, Watcher hearing) {
        reach();
        watchers.add(hearing);
        AutoCloseable watch = backend.watch(revision, new Watcher() {
            @Override
            public void changed(long newRevision, List<Event> events) {
                if (watchers.contains(hearing)) {
                    hearing.changed(newRevision, events);
                }
            }

            @Override
            public void lost(String reason) {
                hearing.lost(reason);
            }
        });
        return () -> {
            watchers.remove(hearing);
            watch.close();
        };
    }

    @Override
    public Lease grant(Duration timeToLive) throws InterruptedException {
        travel();
        return backend.grant(timeToLive);
    }

    @Override
    public boolean renew(Lease lease) throws InterruptedException {
        travel();
        if (unrenewed) {
            throw new UnavailableException("the renewal got lost");
        }
        return backend.renew(lease);
    }

    @Override
    public void revoke(Lease lease) throws InterruptedException {
        travel();
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
        return cut || world.storeIsDown() || world.storeChangesLeader();
    }

    private void reach() {
        if (isAway()) {
            throw new UnavailableException("the store cannot be reached");
        }
    }
}
