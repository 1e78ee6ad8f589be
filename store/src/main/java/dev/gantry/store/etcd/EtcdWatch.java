package dev.gantry.store.etcd;

import dev.gantry.store.Backend.Event;
import dev.gantry.store.Backend.Watcher;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watch that outlives connections. It opens a new one from the revision after the last that it told, and does not
 * leave that to jetcd, which goes on from the revision at which a watch was made even if older events were under way.
 */
final class EtcdWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdWatch.class);

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Watch client;
    private final Keys keys;
    private final Calls calls;
    private final Watcher watcher;
    private final ReentrantLock lock = new ReentrantLock();
    private long next;
    private int connection;
    private boolean ended;
    private Watch.@Nullable Watcher current;

    EtcdWatch(Watch client, Keys keys, Calls calls, long revision, Watcher watcher) {
        this.client = client;
        this.keys = keys;
        this.calls = calls;
        this.watcher = watcher;
        this.next = revision + 1;
    }

    void connect() {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            connection++;
            int own = connection;
            WatchOption option = WatchOption.builder()
                    .withRange(keys.end())
                    .withRevision(next)
                    .withCreateNotify(true)
                    .withRequireLeader(true)
                    .build();
            current = client.watch(
                    keys.start(),
                    option,
                    Watch.listener(
                            response -> heard(own, response), error -> broken(own, Failures.of(error)), () -> {}));
        } catch (RuntimeException e) {
            broken(connection, Failures.of(e));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            ended = true;
            disconnect();
        } finally {
            lock.unlock();
        }
    }

    private void heard(int from, WatchResponse response) {
        lock.lock();
        try {
            if (ended || from != connection) {
                return;
            }
            calls.reached(true);
            if (response.isCreatedNotify() && response.getHeader().getRevision() < next - 1) {
                // etcd would wait silently until it gets there again.
                lose("etcd went back to revision " + response.getHeader().getRevision() + " from " + (next - 1));
                return;
            }
            List<Event> events = new ArrayList<>();
            response.getEvents().forEach(event -> events.add(event(event)));
            // What was told before the connection broke may come once more.
            events.removeIf(event -> event.revision() < next);
            if (!events.isEmpty()) {
                long last = events.getLast().revision();
                next = last + 1;
                watcher.changed(last, events);
            }
        } finally {
            lock.unlock();
        }
    }

    private void broken(int from, EtcdException e) {
        lock.lock();
        try {
            if (ended || from != connection) {
                return;
            }
            calls.reached(false);
            // Whatever this connection still delivers comes too late.
            connection++;
            disconnect();
            if (Failures.isCompacted(e)) {
                lose("revision " + next + " of etcd was compacted: " + e.getMessage());
            } else if (e.getErrorCode() == ErrorCode.PERMISSION_DENIED) {
                lose("etcd refuses the watch: " + e.getMessage());
            } else {
                LOG.info("the watch of etcd broke before revision {}, it is made anew: {}", next, e.getMessage());
                Thread.ofVirtual().name("etcd-watch").start(this::reconnect);
            }
        } finally {
            lock.unlock();
        }
    }

    private void reconnect() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            LOG.debug("interrupted before the watch was made anew");
        }
        connect();
    }

    private void lose(String reason) {
        ended = true;
        disconnect();
        watcher.lost(reason);
    }

    private void disconnect() {
        if (current != null) {
            current.close();
            current = null;
        }
    }

    private Event event(WatchEvent event) {
        boolean deleted = event.getEventType() == WatchEvent.EventType.DELETE;
        return new Event(
                keys.path(event.getKeyValue()),
                deleted ? null : Keys.value(event.getKeyValue()),
                event.getKeyValue().getModRevision());
    }
}
