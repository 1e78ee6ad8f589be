package dev.gantry.store.etcd;

import dev.gantry.store.Backend.Contents;
import dev.gantry.store.Backend.Entry;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.options.GetOption;
import java.util.ArrayList;
import java.util.List;

/** Reads everything, page by page, at the one revision of the first page. */
final class Reader {

    /** What a page may hold; the number of keys follows from the size of those read before. */
    private static final long PAGE_BYTES = 8 << 20;

    private static final int FIRST_PAGE = 500;

    /** How often the history may be compacted away under a read. */
    private static final int RESTARTS_MAX = 3;

    private final KV kv;
    private final Keys keys;
    private final Calls calls;
    private final int pageMax;

    Reader(KV kv, Keys keys, Calls calls, int pageMax) {
        this.kv = kv;
        this.keys = keys;
        this.calls = calls;
        this.pageMax = pageMax;
    }

    Contents read() throws InterruptedException {
        for (int restarts = 0; true; restarts++) {
            try {
                return readAtOneRevision();
            } catch (EtcdException e) {
                if (!Failures.isCompacted(e) || restarts == RESTARTS_MAX) {
                    throw calls.gaveUp("read", e);
                }
            }
        }
    }

    private Contents readAtOneRevision() throws InterruptedException {
        List<Entry> entries = new ArrayList<>();
        ByteSequence from = keys.start();
        int limit = Math.min(FIRST_PAGE, pageMax);
        long revision = 0;
        while (true) {
            GetResponse page;
            try {
                page = page(from, revision, limit);
            } catch (EtcdException e) {
                if (!Failures.isTooLarge(e) || limit == 1) {
                    throw e;
                }
                limit = Math.max(1, limit / 8);
                continue;
            }
            revision = revision == 0 ? page.getHeader().getRevision() : revision;
            for (KeyValue kv : page.getKvs()) {
                entries.add(new Entry(keys.path(kv), Keys.value(kv), kv.getModRevision()));
            }
            if (!page.isMore() || page.getKvs().isEmpty()) {
                return new Contents(revision, entries);
            }
            from = Keys.after(page.getKvs().getLast().getKey());
            limit = next(page);
        }
    }

    private GetResponse page(ByteSequence from, long revision, int limit) throws InterruptedException {
        GetOption option = GetOption.builder()
                .withRange(keys.end())
                .withRevision(revision)
                .withLimit(limit)
                .build();
        // Each page has the deadline anew: a large store takes many.
        return calls.attempts("read").answer(() -> kv.get(from, option));
    }

    private int next(GetResponse page) {
        long bytes = 1;
        for (KeyValue kv : page.getKvs()) {
            bytes += kv.getKey().size() + kv.getValue().size();
        }
        long fitting = PAGE_BYTES * page.getKvs().size() / bytes;
        return (int) Math.clamp(fitting, 1, pageMax);
    }
}
