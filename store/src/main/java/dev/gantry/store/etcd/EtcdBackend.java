package dev.gantry.store.etcd;

import dev.gantry.store.Backend;
import dev.gantry.store.Lease;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** A backend on an etcd cluster, of version 3.4 or newer. */
public final class EtcdBackend implements Backend {

    private final Client client;
    private final Failures failures;
    private final Calls calls;
    private final Keys keys;
    private final Reader reader;
    private final Committer committer;
    private final Set<EtcdWatch> watches = ConcurrentHashMap.newKeySet();

    private EtcdBackend(EtcdSettings settings, LongSupplier transactionIds) {
        this.client = Connection.open(settings);
        this.failures = new Failures(settings);
        this.calls = new Calls(settings, failures);
        this.keys = new Keys(settings.prefix());
        this.reader = new Reader(client.getKVClient(), keys, calls, settings.pageMax());
        this.committer = new Committer(client.getKVClient(), keys, calls, transactionIds);
    }

    /**
     * Does not wait for the cluster; the first call finds out whether it can be reached.
     *
     * @param transactionIds a number that no other transaction has, of any process; random ones will do
     */
    public static EtcdBackend open(EtcdSettings settings, LongSupplier transactionIds) {
        return new EtcdBackend(settings, transactionIds);
    }

    @Override
    public Contents read() throws InterruptedException {
        Contents contents = reader.read();
        committer.seen(contents.revision());
        return contents;
    }

    @Override
    public Result commit(Request request) throws InterruptedException {
        return committer.commit(request);
    }

    @Override
    public AutoCloseable watch(long revision, Watcher watcher) {
        EtcdWatch watch = new EtcdWatch(client.getWatchClient(), keys, calls, revision, watcher);
        watches.add(watch);
        watch.connect();
        return () -> {
            watches.remove(watch);
            watch.close();
        };
    }

    /** etcd counts whole seconds, and no less than about two. */
    @Override
    public Lease grant(Duration timeToLive) throws InterruptedException {
        long seconds = Math.max(1, timeToLive.plusNanos(999_999_999).toSeconds());
        return new Lease(
                calls.repeat("grant a lease", () -> client.getLeaseClient().grant(seconds))
                        .getID());
    }

    @Override
    public boolean renew(Lease lease) throws InterruptedException {
        try {
            return calls.attempts("renew a lease")
                            .answer(() -> client.getLeaseClient().keepAliveOnce(lease.id()))
                            .getTTL()
                    > 0;
        } catch (EtcdException e) {
            return absent("renew a lease", e);
        }
    }

    @Override
    public void revoke(Lease lease) throws InterruptedException {
        try {
            calls.attempts("revoke a lease")
                    .answer(() -> client.getLeaseClient().revoke(lease.id()));
        } catch (EtcdException e) {
            absent("revoke a lease", e);
        }
    }

    /** For the whole cluster: etcd has one history for all that it keeps. */
    @Override
    public void compact(long revision) throws InterruptedException {
        try {
            calls.attempts("compact").answer(() -> client.getKVClient().compact(revision));
        } catch (EtcdException e) {
            if (!Failures.isCompacted(e)) {
                throw failures.unavailable("compact", e);
            }
        }
    }

    @Override
    public boolean isReachable() {
        return calls.reached();
    }

    @Override
    public void close() {
        watches.forEach(EtcdWatch::close);
        client.close();
    }

    /** That a lease is gone is an answer; anything else is not. */
    private boolean absent(String call, EtcdException e) {
        if (e.getErrorCode() == ErrorCode.NOT_FOUND) {
            return false;
        }
        throw failures.unavailable(call, e);
    }
}
