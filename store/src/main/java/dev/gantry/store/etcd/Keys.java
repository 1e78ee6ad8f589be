package dev.gantry.store.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Where things are in etcd: records at {@code prefix + path}, and behind all of them a few marks that tell which
 * transactions went in.
 */
record Keys(String prefix) {

    /** Sorts behind every path, since kinds begin with a letter. */
    private static final String BEHIND_RECORDS = "~";

    /** Few enough to be nothing, many enough that transactions seldom share one. */
    private static final int MARKS = 256;

    ByteSequence key(String path) {
        return text(prefix + path);
    }

    String path(KeyValue entry) {
        return entry.getKey().toString(StandardCharsets.UTF_8).substring(prefix.length());
    }

    ByteSequence start() {
        return text(prefix);
    }

    ByteSequence end() {
        return text(prefix + BEHIND_RECORDS);
    }

    /** The first key behind the given one. */
    static ByteSequence after(ByteSequence key) {
        return key.concat(ByteString.copyFrom(new byte[1]));
    }

    ByteSequence mark(long transaction) {
        return text(prefix + BEHIND_RECORDS + "transaction/" + Math.floorMod(transaction, MARKS));
    }

    static ByteSequence markValue(long transaction) {
        return ByteSequence.from(
                ByteBuffer.allocate(Long.BYTES).putLong(transaction).array());
    }

    static ByteString value(KeyValue entry) {
        // The array was made for us by the call, so it need not be copied again.
        return UnsafeByteOperations.unsafeWrap(entry.getValue().getBytes());
    }

    private static ByteSequence text(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }
}
