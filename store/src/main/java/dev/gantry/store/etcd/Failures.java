package dev.gantry.store.etcd;

import dev.gantry.store.UnavailableException;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.common.exception.EtcdExceptionFactory;
import java.util.Locale;

/** What an error of etcd means for the caller. */
final class Failures {

    private final EtcdSettings settings;

    Failures(EtcdSettings settings) {
        this.settings = settings;
    }

    static EtcdException of(Throwable thrown) {
        return thrown instanceof EtcdException known ? known : EtcdExceptionFactory.toEtcdException(thrown);
    }

    /** Whether the same call may succeed a moment later, and may have been carried out already. */
    static boolean isPassing(EtcdException e) {
        return switch (e.getErrorCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, ABORTED, INTERNAL, UNKNOWN -> true;
            case RESOURCE_EXHAUSTED -> !isQuota(e) && !isTooLarge(e);
            default -> false;
        };
    }

    static boolean isCompacted(EtcdException e) {
        return e instanceof CompactedException
                || message(e).contains("has been compacted")
                || message(e).contains("required revision is a future revision");
    }

    static boolean isLeaseGone(EtcdException e) {
        return e.getErrorCode() == ErrorCode.NOT_FOUND && message(e).contains("lease not found");
    }

    /** The answer is larger than a message may be. */
    static boolean isTooLarge(EtcdException e) {
        return e.getErrorCode() == ErrorCode.RESOURCE_EXHAUSTED && message(e).contains("exceeds maximum size");
    }

    UnavailableException unavailable(String call, EtcdException e) {
        if (isQuota(e)) {
            return new UnavailableException(
                    "etcd at " + endpoints() + " has used up its quota (alarm NOSPACE) and refuses writes; run "
                            + "'etcdctl compact REVISION', 'etcdctl defrag' and 'etcdctl alarm disarm', "
                            + "or raise --quota-backend-bytes",
                    e);
        }
        return new UnavailableException(
                "etcd at " + endpoints() + " could not " + call + ": " + e.getErrorCode() + ", " + e.getMessage(), e);
    }

    String endpoints() {
        return String.join(
                ", ", settings.endpoints().stream().map(Object::toString).toList());
    }

    private static boolean isQuota(EtcdException e) {
        return message(e).contains("database space exceeded") || message(e).contains("nospace");
    }

    private static String message(EtcdException e) {
        return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    }
}
