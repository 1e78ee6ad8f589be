package dev.gantry.store.etcd;

import com.google.protobuf.ByteString;
import dev.gantry.store.Backend.Request;
import dev.gantry.store.Backend.Result;
import dev.gantry.store.Lease;
import dev.gantry.store.UnavailableException;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out guarded transactions. Each writes its id to one of a few marks as well, so that afterwards the history of
 * the mark says whether it went in: when an answer got lost and the repetition reports a conflict, the conflict may be
 * with our own write.
 */
final class Committer {

    /** Other transactions that may have used the same mark meanwhile. */
    private static final int STEPS_MAX = 64;

    private static final GetOption KEY_ONLY =
            GetOption.builder().withKeysOnly(true).build();

    private final KV kv;
    private final Keys keys;
    private final Calls calls;
    private final LongSupplier transactionIds;
    private final AtomicLong newestSeen = new AtomicLong();

    Committer(KV kv, Keys keys, Calls calls, LongSupplier transactionIds) {
        this.kv = kv;
        this.keys = keys;
        this.calls = calls;
        this.transactionIds = transactionIds;
    }

    /** Remembers that the cluster has got so far. */
    void seen(long revision) {
        newestSeen.accumulateAndGet(revision, Math::max);
    }

    Result commit(Request request) throws InterruptedException {
        if (request.guards().isEmpty()) {
            throw new IllegalStateException("a transaction without a guard could be carried out twice");
        }
        long id = transactionIds.getAsLong();
        Map<String, Optional<ByteString>> writes = effective(request);
        Map<String, Long> guards = new TreeMap<>(request.guards());
        long before = newestSeen.get();
        Calls.Attempts attempts = calls.attempts("commit");
        try {
            TxnResponse answer = attempts.answer(() -> kv.txn()
                    .If(compares(guards))
                    .Then(operations(writes, request.leases(), id))
                    .Else(reads(guards))
                    .commit());
            seen(answer.getHeader().getRevision());
            if (answer.isSucceeded()) {
                return new Result.Committed(
                        writes.isEmpty() ? newest(guards) : answer.getHeader().getRevision());
            }
            if (attempts.mayHaveHappened() && !writes.isEmpty()) {
                OptionalLong own = ownWrite(attempts, id, before);
                if (own.isPresent()) {
                    return new Result.Committed(own.getAsLong());
                }
            }
            return new Result.Conflicted(conflict(guards, answer));
        } catch (EtcdException e) {
            if (Failures.isLeaseGone(e) && !request.leases().isEmpty()) {
                return new Result.Conflicted(new TreeMap<>(request.leases()).firstKey());
            }
            throw calls.gaveUp("commit", e);
        }
    }

    /** To delete what is guarded to be absent writes nothing, and must not count as a revision that images wait for. */
    private static Map<String, Optional<ByteString>> effective(Request request) {
        Map<String, Optional<ByteString>> writes = new TreeMap<>(request.writes());
        writes.entrySet()
                .removeIf(write -> write.getValue().isEmpty()
                        && Long.valueOf(0).equals(request.guards().get(write.getKey())));
        return writes;
    }

    /** What was guarded stands so in every image from here on; etcd's own revision may be of somebody else's keys. */
    private static long newest(Map<String, Long> guards) {
        return guards.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private Cmp[] compares(Map<String, Long> guards) {
        return guards.entrySet().stream()
                .map(guard -> new Cmp(
                        keys.key(guard.getKey()),
                        Cmp.Op.EQUAL,
                        guard.getValue() == 0 ? CmpTarget.version(0) : CmpTarget.modRevision(guard.getValue())))
                .toArray(Cmp[]::new);
    }

    private Op[] operations(Map<String, Optional<ByteString>> writes, Map<String, Lease> leases, long id) {
        List<Op> operations = new ArrayList<>();
        writes.forEach((path, value) -> operations.add(value.<Op>map(bytes -> put(path, bytes, leases.get(path)))
                .orElseGet(() -> Op.delete(keys.key(path), DeleteOption.DEFAULT))));
        if (!operations.isEmpty()) {
            operations.add(Op.put(keys.mark(id), Keys.markValue(id), PutOption.DEFAULT));
        }
        return operations.toArray(Op[]::new);
    }

    private Op put(String path, ByteString value, @Nullable Lease lease) {
        PutOption option = lease == null
                ? PutOption.DEFAULT
                : PutOption.builder().withLeaseId(lease.id()).build();
        return Op.put(keys.key(path), ByteSequence.from(value), option);
    }

    private Op[] reads(Map<String, Long> guards) {
        return guards.keySet().stream()
                .map(path -> Op.get(keys.key(path), KEY_ONLY))
                .toArray(Op[]::new);
    }

    private static String conflict(Map<String, Long> guards, TxnResponse answer) {
        List<String> paths = List.copyOf(guards.keySet());
        List<GetResponse> found = answer.getGetResponses();
        for (int i = 0; i < paths.size(); i++) {
            List<KeyValue> kvs = found.get(i).getKvs();
            long revision = kvs.isEmpty() ? 0 : kvs.getFirst().getModRevision();
            if (!guards.getOrDefault(paths.get(i), 0L).equals(revision)) {
                return paths.get(i);
            }
        }
        throw new IllegalStateException("etcd refused a transaction though every guard holds: " + guards);
    }

    /** The revision at which our transaction went in, if it did: walks back through the versions of its mark. */
    private OptionalLong ownWrite(Calls.Attempts attempts, long id, long before) throws InterruptedException {
        ByteSequence mark = keys.mark(id);
        ByteSequence own = Keys.markValue(id);
        long at = 0;
        for (int step = 0; step < STEPS_MAX; step++) {
            GetOption option = GetOption.builder().withRevision(at).build();
            List<KeyValue> found = attempts.answer(() -> kv.get(mark, option)).getKvs();
            if (found.isEmpty() || found.getFirst().getModRevision() <= before) {
                // Marks are never deleted, so before the first version there is nothing.
                return OptionalLong.empty();
            }
            long revision = found.getFirst().getModRevision();
            if (found.getFirst().getValue().equals(own)) {
                return OptionalLong.of(revision);
            }
            at = revision - 1;
        }
        throw new UnavailableException(
                "what became of a commit cannot be found out: more than " + STEPS_MAX + " others came after it");
    }
}
