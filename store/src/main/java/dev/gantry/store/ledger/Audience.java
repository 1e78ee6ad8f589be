package dev.gantry.store.ledger;

import dev.gantry.store.Backend.Event;
import dev.gantry.store.Backend.Watcher;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who watch. The caller sees to it that one call follows the other in the order of revisions. */
public final class Audience {

    private static final Logger LOG = LoggerFactory.getLogger(Audience.class);

    private final CopyOnWriteArrayList<Seat> seats = new CopyOnWriteArrayList<>();

    /** Adds a watcher that knows everything up to the revision, until the returned seat is closed. */
    public AutoCloseable add(long revision, Watcher watcher) {
        Seat seat = new Seat(revision, watcher);
        seats.add(seat);
        return seat;
    }

    public void tell(long revision, List<Event> events) {
        for (Seat seat : seats) {
            seat.tell(revision, events);
        }
    }

    /** Tells everybody that nothing more will come, and forgets them. */
    public void lose(String reason) {
        for (Seat seat : seats) {
            seats.remove(seat);
            seat.lose(reason);
        }
    }

    private final class Seat implements AutoCloseable {

        private final long known;
        private final Watcher watcher;
        private volatile boolean closed;

        Seat(long known, Watcher watcher) {
            this.known = known;
            this.watcher = watcher;
        }

        void tell(long revision, List<Event> events) {
            if (closed || revision <= known) {
                return;
            }
            try {
                watcher.changed(revision, events);
            } catch (RuntimeException e) {
                // It may have missed something now; to go on would be a gap.
                LOG.error("a watcher failed at revision {}", revision, e);
                close();
                lose("it failed at revision " + revision);
            }
        }

        void lose(String reason) {
            try {
                watcher.lost(reason);
            } catch (RuntimeException e) {
                LOG.error("a watcher failed when told: {}", reason, e);
            }
        }

        @Override
        public void close() {
            closed = true;
            seats.remove(this);
        }
    }
}
